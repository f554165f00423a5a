"""What each kind of buyer got, and its share of the load."""

import pandas as pd

from booking_sim.stats.latency import percentiles
from booking_sim.stats.outcomes import final_outcomes, reserving


def by_kind(attempts: pd.DataFrame) -> pd.DataFrame:
    """Metrics of a surge by kind of buyer.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        One row per kind, by its name: `buyers` who made a call; `held` and `sold_out`,
        buyers by their final outcome; `tickets_held` in all their
        holds; `confirmed`, payments in time, and `expired`, payments after the
        deadline; `attempts`, and the `share` of all attempts that they are, from 0
        to 1; `p50_ms` and `p99_ms` of their answers, since the planned instant.

    Example:
        Tickets for each kind of buyer:

            from booking_sim import stats

            stats.by_kind(result.attempts)["tickets_held"]

    See Also:
        final_outcomes: The final outcome of each buyer.
    """
    rows = {str(kind): _row(of_kind, len(attempts)) for kind, of_kind in attempts.groupby("kind", observed=True)}
    columns = list(_row(attempts.iloc[:0], 1))
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("kind")


def _row(attempts: pd.DataFrame, all_attempts: int) -> dict[str, float]:
    final = final_outcomes(attempts).value_counts()
    outcomes = attempts["outcome"].value_counts()
    holds = reserving(attempts).query("outcome == 'held'").drop_duplicates("intent_id")
    latency = percentiles(attempts, (50, 99), clock="scheduled")
    return {
        "buyers": attempts["buyer"].nunique(),
        "held": int(final.get("held", 0)),
        "sold_out": int(final.get("sold_out", 0)),
        "tickets_held": int(holds["ticket_nos"].list.len().sum()),
        "confirmed": int(outcomes.get("confirmed", 0)),
        "expired": int(outcomes.get("expired", 0)),
        "attempts": len(attempts),
        "share": len(attempts) / all_attempts,
        "p50_ms": float(latency[50]),
        "p99_ms": float(latency[99]),
    }
