"""What each kind of buyer got, and what it asked of the database."""

import pandas as pd

from booking_sim.stats.latency import percentiles
from booking_sim.stats.outcomes import last_words, reserving


def by_kind(attempts: pd.DataFrame) -> pd.DataFrame:
    """Count a surge out by kind of buyer.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        One row a kind, by its name: `buyers` who made a call; `held` and `sold_out`,
        buyers by their last word about a reservation; `tickets_held` in all their
        holds; `confirmed`, payments that were in time, and `expired`, payments that
        came too late; `attempts`, and the `share` of all attempts that they are, from 0
        to 1; `p50_ms` and `p99_ms` of their answers, counted from the plan.
    """
    rows = {str(kind): _row(of_kind, len(attempts)) for kind, of_kind in attempts.groupby("kind", observed=True)}
    columns = list(_row(attempts.iloc[:0], 1))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("kind")


def _row(attempts: pd.DataFrame, everybody: int) -> dict[str, float]:
    words = last_words(attempts).value_counts()
    outcomes = attempts["outcome"].value_counts()
    holds = reserving(attempts).query("outcome == 'held'").drop_duplicates("intent_id")
    latency = percentiles(attempts, (50, 99), clock="scheduled")
    return {
        "buyers": attempts["buyer"].nunique(),
        "held": int(words.get("held", 0)),
        "sold_out": int(words.get("sold_out", 0)),
        "tickets_held": int(holds["ticket_nos"].list.len().sum()),
        "confirmed": int(outcomes.get("confirmed", 0)),
        "expired": int(outcomes.get("expired", 0)),
        "attempts": len(attempts),
        "share": len(attempts) / everybody,
        "p50_ms": float(latency[50]),
        "p99_ms": float(latency[99]),
    }
