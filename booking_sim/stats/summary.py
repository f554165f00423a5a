"""A surge in numbers, and in one line."""

import math

import pandas as pd

from booking_sim.records.attempts import FAILURES
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.latency import percentiles
from booking_sim.stats.outcomes import answer_times, count_oversold, final_outcomes, sold
from booking_sim.stats.skipped import total_skip_depth

_EXCEPTIONS = {
    "contended": "contended",
    "timed_out": "timed out",
    "gave_up": "gave up",
    "unanswered": "unanswered",
}
"""Buyers who got neither a ticket nor a refusal: their metrics, and what the headline calls them."""


def summarise(
    scenario: Scenario,
    attempts: pd.DataFrame,
    inventory: pd.DataFrame,
    audit: pd.DataFrame,
    proof: pd.DataFrame,
    *,
    partial: bool,
) -> pd.Series:
    """The metrics of a surge; SurgeResult.summary says what they are."""
    final = final_outcomes(attempts).value_counts()
    buyers = int(final.sum()) if scenario.buyer_count is None else scenario.buyer_count
    held = attempts[attempts["outcome"] == "held"].drop_duplicates("intent_id")
    duration = answer_times(attempts).max() - attempts["sent_at"].min()
    refused = attempts[attempts["outcome"] == "sold_out"]
    return pd.Series(
        {
            "tickets": scenario.events * scenario.tickets,
            "buyers": buyers,
            "held": int(final.get("held", 0)),
            "sold_out": int(final.get("sold_out", 0)),
            "contended": int(final.get("contended", 0)),
            "errors": int(final.get("error", 0) + final.get("unknown", 0)),
            "timed_out": int(final.get("timed_out", 0)),
            "gave_up": int(final.get("gave_up", 0)),
            "unanswered": buyers - int(final.sum()),
            "tickets_held": int(held["ticket_nos"].list.len().sum()),
            "tickets_sold": int(inventory["sold"].iloc[-1]),
            "sold_out_after_s": float(answer_times(refused).min()),
            "confirmed": int(sold(attempts).sum()),
            "expired": int((attempts["outcome"] == "expired").sum()),
            "oversold": max(
                count_oversold(attempts, scenario.seconds(scenario.hold)), int(inventory["oversold"].iloc[-1])
            ),
            "audit_ok": bool((audit["violations"] == 0).all()),
            "contradictions": int(proof["violations"].sum()),
            "partial": partial,
            "attempts": len(attempts),
            "retries": int(attempts.duplicated(["buyer", "call"]).sum()),
            "failed_attempts": int(attempts["outcome"].isin(FAILURES).sum()),
            "duration_s": float(duration) if len(attempts) else 0.0,
            "throughput": len(attempts) / float(duration) if len(attempts) else 0.0,
            "skip_depth": total_skip_depth(attempts),
            "late_ms": 1000 * float((attempts["queued_at"] - attempts["scheduled_at"]).quantile(0.99)),
            **_latencies(attempts),
        },
        name="surge",
        dtype=object,
    )


def metrics_between(attempts: pd.DataFrame, start: float, end: float) -> dict[str, float]:
    """The metrics of a part of a surge.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        start: From when, in seconds since the start of the run.
        end: To when; infinite for the end of the run. Only attempts that were answered
            in between count.

    Returns:
        The metrics of `booking_sim.stats.figures.WINDOWED`, by name.
    """
    answered_at = answer_times(attempts)
    part = attempts[answered_at.between(start, end, inclusive="left")]
    lasted = min(end, float(answered_at.max())) - start if len(part) else math.nan
    return {
        "attempts": len(part),
        "failed_attempts": int(part["outcome"].isin(FAILURES).sum()),
        "throughput": len(part) / lasted,
        **_latencies(part),
    }


def _latencies(attempts: pd.DataFrame) -> dict[str, float]:
    clocks = {"": "database", "scheduled_": "scheduled"}
    return {
        f"p{percent}_{name}ms": float(latency)
        for name, clock in clocks.items()
        for percent, latency in percentiles(attempts, clock=clock).items()
    }


def headline(summary: pd.Series) -> str:
    """A surge in one line; what went wrong comes first."""
    tickets, held, oversold = summary["tickets"], summary["tickets_held"], summary["oversold"]
    contradictions = summary["contradictions"]
    wrong = [
        *(["partial run"] if summary["partial"] else []),
        *([f"{_number(oversold, 'ticket')} sold twice"] if oversold else []),
        *([f"answers and tables contradict each other {_number(contradictions, 'time')}"] if contradictions else []),
        *([] if summary["audit_ok"] else ["the audit fails"]),
        *([f"{_number(summary['errors'], 'buyer')} failed"] if summary["errors"] else []),
    ]
    parts = [
        f"{held:,} of {tickets:,} tickets held" if held <= tickets else f"{tickets:,} tickets, held {held:,} times",
        *([f"{summary['tickets_sold']:,} sold"] if summary["tickets_sold"] else []),
        f"{_number(summary['sold_out'], 'buyer')} refused",
        *(f"{summary[name]:,} {word}" for name, word in _EXCEPTIONS.items() if summary[name]),
        *([] if oversold else ["none sold twice"]),
    ]
    first = ", ".join(wrong)
    return (f"{first[0].upper()}{first[1:]}: " if first else "") + ", ".join(parts)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
