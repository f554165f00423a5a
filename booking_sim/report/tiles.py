"""The answer in a few figures, in words that need no glossary."""

import math
from dataclasses import dataclass
from typing import Literal

import pandas as pd


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the answer.

    Attributes:
        name: What it is.
        value: How much, with its unit.
        note: What it is to be compared with; may be empty.
        tone: Whether it is good or bad news in itself.
    """

    name: str
    value: str
    note: str = ""
    tone: Literal["good", "bad", "plain"] = "plain"


def tiles(summary: pd.Series) -> list[Tile]:
    """Pick the figures that answer what happened.

    Args:
        summary: As SurgeResult.summary gives it.
    """
    oversold, audit_ok, sold = summary["oversold"], summary["audit_ok"], summary["tickets_sold"]
    return [
        Tile("Sold twice", f"{oversold:,}" if oversold else "none", "tickets", "bad" if oversold else "good"),
        Tile("Tickets sold", f"{sold:,}", f"of {summary['tickets']:,}")
        if sold
        else Tile("Tickets held", f"{summary['tickets_held']:,}", f"of {summary['tickets']:,}"),
        Tile("Sold out after", _or_never(summary["sold_out_after_s"], "s"), "the first refusal"),
        Tile("Buyers refused", f"{summary['sold_out']:,}", f"of {summary['buyers']:,}"),
        Tile("Half within", _or_never(summary["p50_ms"], "ms"), "until the answer"),
        Tile("99 % within", _or_never(summary["p99_ms"], "ms"), "until the answer"),
        Tile("Throughput", f"{summary['throughput']:,.0f}", "answers / s"),
        Tile("Audit", "holds" if audit_ok else "fails", "all invariants", "good" if audit_ok else "bad"),
    ]


def _or_never(value: float, unit: str) -> str:
    return "never" if math.isnan(value) else f"{value:,.3g} {unit}"
