"""Skip depth, the rows that a claim skipped for each ticket it took: attempts -> numbers and frames."""

import numpy as np
import pandas as pd

from booking_sim.stats.bins import cut, default_bins
from booking_sim.stats.outcomes import answer_times


def measured(attempts: pd.DataFrame) -> pd.DataFrame:
    """The calls whose skip depth was measured.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        Their rows, with `answered_at` in seconds since the start, and the tickets that
        each took, `taken`.
    """
    calls = attempts[attempts["dead_rows_scanned"].notna()]
    taken = calls["ticket_nos"].list.len().fillna(0).astype(int)
    return calls.assign(answered_at=answer_times(calls), taken=taken)


def skip_depth(attempts: pd.DataFrame) -> pd.Series:
    """How many rows claims skipped for each ticket that they took.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        `locked` and `dead`: the rows skipped because they were locked, and the dead
        rows scanned, for each ticket that was taken; `refusal_locked` and
        `refusal_dead`, for each refusal; and of how many measured calls these are,
        `holds` and `refusals`. NaN where nothing was measured; `locked` also where the
        server does not show it.

    Example:
        The median claim:

            from booking_sim import stats

            stats.skip_depth(result.attempts).median()

    See Also:
        depth_over_time: The same over the run.
    """
    calls = measured(attempts)
    held = calls[calls["taken"] > 0]
    refused = calls[calls["outcome"] == "sold_out"]
    return pd.Series(
        {
            "locked": _mean(held["locked_rows_skipped"], held["taken"].sum()),
            "dead": _mean(held["dead_rows_scanned"], held["taken"].sum()),
            "refusal_locked": _mean(refused["locked_rows_skipped"], len(refused)),
            "refusal_dead": _mean(refused["dead_rows_scanned"], len(refused)),
            "holds": len(held),
            "refusals": len(refused),
        },
        name="skip_depth",
    )


def total_skip_depth(attempts: pd.DataFrame) -> float:
    """How many rows claims skipped for each ticket that they took, locked and dead together.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        `locked` and `dead` of `skip_depth` together, as far as the server shows them;
        NaN where nothing was measured.
    """
    depth = skip_depth(attempts)
    return float(depth["dead"] + np.nan_to_num(depth["locked"]))


def depth_over_time(attempts: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """The skip depth over the run.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 30, with 5 measured calls each on average.

    Returns:
        One row per bin: its start in seconds as the index; `locked` and `dead`, for
        each ticket taken in it, and `refusal`, both together for each refusal. NaN
        where nothing was measured.

    Example:
        When claims skipped most:

            from booking_sim import stats

            stats.depth_over_time(result.attempts).max()

    See Also:
        skip_depth: Of each claim.
        booking_sim.plots.skip_depth_over_time: The same as a picture.
    """
    calls = measured(attempts)
    cuts = cut(calls["answered_at"], default_bins(bins, 30, len(calls), 5))
    counted = calls.assign(bin=cuts.number, passed=calls["dead_rows_scanned"] + calls["locked_rows_skipped"].fillna(0))
    held = counted[counted["taken"] > 0].groupby("bin")[["locked_rows_skipped", "dead_rows_scanned", "taken"]].sum()
    refused = counted[counted["outcome"] == "sold_out"].groupby("bin")["passed"].mean()
    frame = pd.DataFrame(
        {
            "locked": held["locked_rows_skipped"] / held["taken"],
            "dead": held["dead_rows_scanned"] / held["taken"],
            "refusal": refused,
        },
        dtype=float,
    )
    return frame.reindex(range(len(cuts.starts))).set_axis(cuts.starts)


def _mean(passed: pd.Series, among: float) -> float:
    return float(passed.sum()) / among if among and passed.notna().all() else np.nan
