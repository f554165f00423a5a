"""Who waits for what and for whom: waits -> frames. Counts are means over the observer's samples, not totals."""

from typing import Final

import numpy as np
import pandas as pd

from booking_sim.stats.bins import Bins, cut, default_bins

LEAST_SAMPLES: Final = 5
"""Of fewer samples no mean is given: it would say more of the instants than of the run."""

RUNNING = "running"
"""Stands for the event of a client that waits for nothing: it has a CPU, or queues for one."""


def at_work(waits: pd.DataFrame) -> pd.Series:
    """Whether each row of SurgeResult.waits is a session of the run."""
    return waits["is_own"].fillna(value=False).astype(bool)


def has_mean(waits: pd.DataFrame) -> bool:
    """Whether there are enough samples for a mean over the run."""
    return bool(waits["seconds"].nunique() >= LEAST_SAMPLES)


def wait_profile(waits: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """How many clients of the run were at work and what they waited for, over the run.

    Args:
        waits: One row per client at work in one sample, as SurgeResult.waits; a sample
            that found nobody at work is a row without `pid`.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 60, with 3 samples each on average.

    Returns:
        One row per bin: its start in seconds as the index; a column for each pair of
        `wait_event_type` and `wait_event`, the mean number of clients in it. NaN in a
        bin without a sample.

    Example:
        What clients waited for most:

            from booking_sim import stats

            stats.wait_profile(result.waits).mean().sort_values()

    See Also:
        blocking: Who waited for whom.
        booking_sim.plots.waits_over_time: The same as a picture.
    """
    cuts, samples = _sampled(waits, bins)
    every = range(len(cuts.starts))
    working = at_work(waits).to_numpy()
    kind = waits["wait_event_type"].fillna(RUNNING).astype(str)[working]
    event = waits["wait_event"].fillna(RUNNING).astype(str)[working]
    counts = pd.crosstab(pd.Series(cuts.number[working], name="seconds"), [kind.to_numpy(), event.to_numpy()])
    counts = counts.rename_axis(columns=["wait_event_type", "wait_event"])
    counts = counts.reindex(every).where(samples.isna(), counts.reindex(every, fill_value=0))
    return counts.div(samples, axis="index").set_axis(cuts.starts)


def foreign_profile(waits: pd.DataFrame, bins: int | None = None) -> pd.Series:
    """How many sessions that are not of the run were at work, in the bins of `wait_profile`.

    Args:
        waits: As SurgeResult.waits.
        bins: As in `wait_profile`.

    Returns:
        The mean over the samples of each bin, by its start; NaN in a bin without a sample.
    """
    cuts, samples = _sampled(waits, bins)
    foreign = cuts.number[(waits["pid"].notna() & ~at_work(waits)).to_numpy()]
    counts = np.bincount(foreign, minlength=len(cuts.starts))
    return pd.Series(counts / samples.to_numpy(), index=cuts.starts, name="foreign")


def _sampled(waits: pd.DataFrame, bins: int | None) -> tuple[Bins, pd.Series]:
    """Bins over the samples, and how many samples are in each; not a number where there is none."""
    cuts = cut(waits["seconds"], default_bins(bins, 60, waits["seconds"].nunique(), 3))
    return cuts, waits["seconds"].groupby(cuts.number).nunique().reindex(range(len(cuts.starts)))


def blocking(waits: pd.DataFrame) -> pd.DataFrame:
    """Which session of the run waited for which other one.

    Args:
        waits: As SurgeResult.waits.

    Returns:
        One row per pair of `blocker` and `blocked`, both process ids: the number of
        `samples` that found the one waiting for the other, and their `share` of all
        samples, from 0 to 1. The pairs that were seen most come first.

    Example:
        How often each session was waited for:

            from booking_sim import stats

            stats.blocking(result.waits).sum()

    See Also:
        blockers: Who they were.
        wait_profile: What all waited for.
        booking_sim.plots.who_blocks_whom: The same as a picture.
    """
    pairs = (
        waits.loc[at_work(waits), ["seconds", "pid", "blocked_by"]]
        .explode("blocked_by")
        .dropna(subset=["pid", "blocked_by"])
    )
    pairs = pairs.rename(columns={"blocked_by": "blocker", "pid": "blocked"}).drop_duplicates()
    counts = pairs.groupby(["blocker", "blocked"]).size().rename("samples").reset_index()
    counts["share"] = counts["samples"] / max(waits["seconds"].nunique(), 1)
    return counts.astype({"blocker": np.int64, "blocked": np.int64}).sort_values(
        ["samples", "blocker", "blocked"], ascending=[False, True, True], ignore_index=True
    )


def blocked_share(waits: pd.DataFrame) -> float:
    """The share of samples, from 0 to 1, that found a session waiting for another one.

    Args:
        waits: As SurgeResult.waits.
    """
    blocked = (waits["blocked_by"].list.len().fillna(0) > 0) & at_work(waits)
    return float(waits.loc[blocked, "seconds"].nunique() / max(waits["seconds"].nunique(), 1))
