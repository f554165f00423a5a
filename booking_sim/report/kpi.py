"""The answer in a few metrics, each in words that need no glossary."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from booking_sim.plots.units import ms_text, seconds_text

Tone = Literal["good", "bad", "plain"]


@dataclass(frozen=True, slots=True)
class Kpi:
    """One metric of the answer.

    Attributes:
        name: What it is.
        value: How much, with its unit.
        note: What it is to be compared with; may be empty.
        tone: Whether it is good or bad news in itself.
    """

    name: str
    value: str
    note: str = ""
    tone: Tone = "plain"


def kpis(summary: pd.Series) -> list[Kpi]:
    """Pick the metrics that answer what happened.

    Args:
        summary: As SurgeResult.summary gives it.
    """
    oversold, audit_ok, sold = summary["oversold"], summary["audit_ok"], summary["tickets_sold"]
    well: Tone = "good" if summary["attempts"] else "plain"  # where nothing was tried, nothing went well
    return [
        Kpi("Oversold", f"{oversold:,}" if oversold else "none", "tickets", "bad" if oversold else well),
        Kpi("Tickets sold", f"{sold:,}", f"of {summary['tickets']:,}")
        if sold
        else Kpi("Tickets held", f"{summary['tickets_held']:,}", f"of {summary['tickets']:,}"),
        Kpi("First refusal", _or_never(summary["sold_out_after_s"]), "after the start"),
        Kpi("Buyers refused", f"{summary['sold_out']:,}", f"of {summary['buyers']:,}"),
        Kpi("Half within", ms_text(summary["p50_ms"]), "until the answer"),
        Kpi("99 % within", ms_text(summary["p99_ms"]), "until the answer"),
        Kpi("Throughput", f"{summary['throughput']:,.0f}", "answers / s"),
        Kpi("Audit", "passed" if audit_ok else "failed", "all invariants", well if audit_ok else "bad"),
    ]


def _or_never(seconds: float) -> str:
    return "never" if pd.isna(seconds) else seconds_text(seconds)
