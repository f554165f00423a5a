"""First come, first served? How far the order of sale is from the order of arrival: attempts and holds -> numbers."""

import numpy as np
import pandas as pd


def fairness(attempts: pd.DataFrame, holds: pd.DataFrame) -> pd.Series:
    """How far the order in which holds were made is from the order in which their buyers asked.

    A buyer arrives with the first call: when a connection is asked for, or the plan
    says. In a closed loop nobody waits for a connection, and what is left is who
    overtakes whom inside of the database.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        holds: One row per hold, as SurgeResult.holds.

    Returns:
        `tau`, Kendall's tau-b of the two orders (Biometrika 33, 1945): 1 if nobody was
        overtaken, 0 if the order is that of a lottery, -1 if the last was first.
        `displacement`, the mean number of places that a buyer with tickets came earlier
        or later than in the order of arrival (Spearman's footrule, divided by their
        number; Diaconis and Graham, J. R. Stat. Soc. B 39, 1977). `out_of_turn`, the
        share of buyers with tickets who came when as many as ever got one were there
        before them. NaN for fewer than two such buyers.

    Example:
        Whether who came first was served first:

            from booking_sim import stats

            stats.fairness(result.attempts, result.holds)

    See Also:
        by_kind: What each kind of buyer got.
    """
    from scipy.stats import kendalltau  # type: ignore[import-untyped]  # noqa: PLC0415  a wait that few need

    asked = attempts[attempts["call"] == "reserve"].groupby("buyer")[["scheduled_at", "queued_at"]].first()
    place = asked.sort_values(["scheduled_at", "queued_at"]).assign(place=range(len(asked)))["place"]
    served = place.reindex(holds.sort_values("held_at")["buyer"].drop_duplicates()).dropna().to_numpy(dtype=int)
    if len(served) < 2:
        return pd.Series({"tau": np.nan, "displacement": np.nan, "out_of_turn": np.nan}, name="fairness")
    among_served = served.argsort().argsort()
    in_order = np.arange(len(served))
    return pd.Series(
        {
            "tau": float(kendalltau(served, in_order).statistic),
            "displacement": float(np.abs(among_served - in_order).mean()),
            "out_of_turn": float((served >= len(served)).mean()),
        },
        name="fairness",
    )
