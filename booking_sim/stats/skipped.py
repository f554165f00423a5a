"""How many tickets claims walked past: attempts -> numbers and frames, from the calls that were measured."""

import numpy as np
import pandas as pd

from booking_sim.stats.bins import cut, fair
from booking_sim.stats.outcomes import answer_times


def measured(attempts: pd.DataFrame) -> pd.DataFrame:
    """The calls whose skip depth was measured.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        Their rows, with `answered_at` in seconds since the start, and the tickets that
        each took, `taken`.
    """
    calls = attempts[attempts["dead_rows_scanned"].notna()]
    taken = calls["ticket_nos"].list.len().fillna(0).astype(int)
    return calls.assign(answered_at=answer_times(calls), taken=taken)


def skip_depth(attempts: pd.DataFrame) -> pd.Series:
    """How many tickets were walked past.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        `locked` and `dead`, for each ticket that was taken; `refusal_locked` and
        `refusal_dead`, for each call that took none; and how many calls these are of,
        `holds` and `refusals`. Not a number where nothing was measured, and for what is
        locked where the server does not let it be seen.
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


def walked_past(attempts: pd.DataFrame) -> float:
    """How many tickets claims walked past for each that they took, as far as the server lets it be seen.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        What is locked and what is dead in `skip_depth` together; not a number where
        nothing was measured.
    """
    depth = skip_depth(attempts)
    return float(depth["dead"] + np.nan_to_num(depth["locked"]))


def depth_over_time(attempts: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """The skip depth over the run.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 30, with 5 measured calls each on average.

    Returns:
        One row a bin: its start in seconds as the index; `locked` and `dead`, for each
        ticket taken in it, and `refusal`, both together for each call that took none.
        Not a number where nothing was measured.
    """
    calls = measured(attempts)
    bin_of, starts = cut(calls["answered_at"], fair(bins, 30, len(calls), 5))
    counted = calls.assign(bin=bin_of, passed=calls["dead_rows_scanned"] + calls["locked_rows_skipped"].fillna(0))
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
    return frame.reindex(range(len(starts))).set_axis(starts)


def _mean(passed: pd.Series, among: float) -> float:
    return float(passed.sum()) / among if among and passed.notna().all() else np.nan
