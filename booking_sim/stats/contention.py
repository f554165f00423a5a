"""Who waits for what and for whom: waits -> frames. Counts are means over the looks of the observer, not totals."""

import numpy as np
import pandas as pd

from booking_sim.stats.bins import cut, fair

RUNNING = "running"
"""Stands for the event of a client that waits for nothing: it has a processor, or queues for one."""


def wait_profile(waits: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """How many clients were at work and what they waited for, over the run.

    Args:
        waits: One row a client at work in one look, as SurgeResult.waits; a look that
            found nobody at work is a row without `pid`.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 60, with 3 looks each on average.

    Returns:
        One row a bin: its start in seconds as the index; a column for each pair of
        `wait_event_type` and `wait_event`, the mean number of clients in it. Not a
        number in a bin without a look.
    """
    bin_of, starts = cut(waits["seconds"], fair(bins, 60, waits["seconds"].nunique(), 3))
    looks = waits["seconds"].groupby(bin_of).nunique().reindex(range(len(starts)))
    working = waits["pid"].notna().to_numpy()
    kind = waits["wait_event_type"].fillna(RUNNING).astype(str)[working]
    event = waits["wait_event"].fillna(RUNNING).astype(str)[working]
    counts = pd.crosstab(pd.Series(bin_of[working], name="seconds"), [kind.to_numpy(), event.to_numpy()])
    counts = counts.rename_axis(columns=["wait_event_type", "wait_event"])
    counts = counts.reindex(range(len(starts))).where(looks.isna(), counts.reindex(range(len(starts)), fill_value=0))
    return counts.div(looks, axis="index").set_axis(starts)


def blocking(waits: pd.DataFrame) -> pd.DataFrame:
    """Who kept whom waiting.

    Args:
        waits: As SurgeResult.waits.

    Returns:
        One row a pair of `blocker` and `blocked`, both process ids: the number of
        `looks` that found the one waiting for the other, and their `share` of all
        looks. The pairs that were seen most come first.
    """
    pairs = waits[["seconds", "pid", "blocked_by"]].explode("blocked_by").dropna(subset=["pid", "blocked_by"])
    pairs = pairs.rename(columns={"blocked_by": "blocker", "pid": "blocked"}).drop_duplicates()
    looks = pairs.groupby(["blocker", "blocked"]).size().rename("looks").reset_index()
    looks["share"] = looks["looks"] / max(waits["seconds"].nunique(), 1)
    return looks.astype({"blocker": np.int64, "blocked": np.int64}).sort_values(
        ["looks", "blocker", "blocked"], ascending=[False, True, True], ignore_index=True
    )


def blocked_share(waits: pd.DataFrame) -> float:
    """The share of looks, from 0 to 1, that found somebody kept waiting by another session.

    Args:
        waits: As SurgeResult.waits.
    """
    blocked = waits["blocked_by"].list.len().fillna(0) > 0
    return float(waits.loc[blocked, "seconds"].nunique() / max(waits["seconds"].nunique(), 1))
