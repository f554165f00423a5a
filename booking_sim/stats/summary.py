"""A surge in numbers, and in one line."""

import math

import pandas as pd

from booking_sim.records.attempts import FAILURES
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.latency import percentiles
from booking_sim.stats.outcomes import answer_times, last_words, sold_twice
from booking_sim.stats.skipped import walked_past

_EXCEPTIONS = {
    "contended": "contended",
    "timed_out": "timed out",
    "gave_up": "gave up",
    "unanswered": "unanswered",
}
"""Buyers who got neither a ticket nor a refusal: their figures, and what the headline calls them."""


def summarise(
    scenario: Scenario,
    attempts: pd.DataFrame,
    inventory: pd.DataFrame,
    audit: pd.DataFrame,
    proof: pd.DataFrame,
    *,
    partial: bool,
) -> pd.Series:
    """Count a surge out; SurgeResult.summary says what the numbers are."""
    words = last_words(attempts).value_counts()
    crowd = int(words.sum()) if scenario.buyer_count is None else scenario.buyer_count
    held = attempts[attempts["outcome"] == "held"].drop_duplicates("intent_id")
    duration = answer_times(attempts).max() - attempts["sent_at"].min()
    refused = attempts[attempts["outcome"] == "sold_out"]
    return pd.Series(
        {
            "tickets": scenario.events * scenario.tickets,
            "buyers": crowd,
            "held": int(words.get("held", 0)),
            "sold_out": int(words.get("sold_out", 0)),
            "contended": int(words.get("contended", 0)),
            "errors": int(words.get("error", 0) + words.get("unknown", 0)),
            "timed_out": int(words.get("timed_out", 0)),
            "gave_up": int(words.get("gave_up", 0)),
            "unanswered": crowd - int(words.sum()),
            "tickets_held": int(held["ticket_nos"].list.len().sum()),
            "tickets_sold": int(inventory["sold"].iloc[-1]),
            "sold_out_after_s": float(answer_times(refused).min()),
            "confirmed": int((attempts["outcome"] == "confirmed").sum()),
            "expired": int((attempts["outcome"] == "expired").sum()),
            "oversold": max(sold_twice(attempts, scenario.seconds(scenario.hold)), int(inventory["oversold"].iloc[-1])),
            "audit_ok": bool((audit["violations"] == 0).all()),
            "contradictions": int(proof["violations"].sum()),
            "partial": partial,
            "attempts": len(attempts),
            "retries": int(attempts.duplicated(["buyer", "call"]).sum()),
            "failed_attempts": int(attempts["outcome"].isin(FAILURES).sum()),
            "duration_s": float(duration) if len(attempts) else 0.0,
            "throughput": len(attempts) / float(duration) if len(attempts) else 0.0,
            "skip_depth": walked_past(attempts),
            "late_ms": 1000 * float((attempts["queued_at"] - attempts["scheduled_at"]).quantile(0.99)),
            **_latencies(attempts),
        },
        name="surge",
        dtype=object,
    )


def figures_between(attempts: pd.DataFrame, start: float, end: float) -> dict[str, float]:
    """Count a part of a surge out.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        start: From when, in seconds since the start of the run.
        end: To when; infinite for the end of the run. Only attempts that were answered
            in between count.

    Returns:
        The figures of `booking_sim.stats.figures.WINDOWED`, by name.
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
    clocks = {"": "database", "scheduled_": "schedule"}
    return {
        f"p{percent}_{name}ms": float(latency)
        for name, clock in clocks.items()
        for percent, latency in percentiles(attempts, clock=clock).items()
    }


def headline(summary: pd.Series) -> str:
    """What to remember of a surge, in one line; what went wrong comes first."""
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
