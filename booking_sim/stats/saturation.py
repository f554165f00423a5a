"""What limited a surge: the generator, the connections, or what the database's sessions waited for."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from booking_sim.stats.contention import RUNNING, at_work, has_mean
from booking_sim.stats.requests import Pieces, whole

_BUSY: Final = 0.8
"""A process that works this share of its time is at this share of its limit: too near to say that something else is."""

_MOST: Final = 0.5
"""The share of the sessions at work that must have waited for the same kind of thing, for it to be named."""

_LEAST: Final = 10
"""Fewer sessions at work, in all samples together, say nothing about the waits of a run."""

BOTTLENECKS: Final[Mapping[str, str]] = {
    "generator": "the load generator: it had no time to spare, or came late to calls or to their answers",
    "connections": "too few connections: calls waited for a free one",
    "lock": "locks: most sessions at work waited for one that another session had",
    "disk": "the disk: most sessions at work waited to read or write it, or for the log",
    "cpu": "the CPU: most sessions at work were computing, or waited for a processor",
    "network": "the network or the client: most calls under way waited for it, and not for the server",
    "memory": "locks in the server's memory: most sessions at work waited for a shared page or structure",
    "database": "the database; for what, the samples do not tell",
}
"""What `bottleneck` names, in words."""

_DISK: Final = ("WAL", "DataFile", "Sync", "Flush")
"""Parts of the names of wait events in memory that stand for a disk: those who wait for the log to be written."""


def time_spent(attempts: pd.DataFrame) -> pd.Series:
    """Where the time of an average call went.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        Milliseconds: `generator`, from the plan to asking for a connection;
        `connections`, from there to sending it; `database`, from there to the answer.

    Example:
        The part of it in the database:

            from booking_sim import stats

            stats.time_spent(result.attempts)

    See Also:
        bottleneck: What was slowest, in a sentence.
    """
    return time_spent_in(whole(attempts))


def time_spent_in(pieces: Pieces) -> pd.Series:
    """The same of attempts that are given a piece at a time."""
    times = pieces("scheduled_at", "queued_at", "sent_at", "latency_ms")
    parts = [pd.DataFrame({"sum": spent.sum(), "count": spent.count()}) for spent in map(_spent, times)]
    total = pd.concat(parts).groupby(level=0, sort=False).sum()
    return (total["sum"] / total["count"]).rename("milliseconds")


def _spent(attempts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "generator": 1000 * (attempts["queued_at"] - attempts["scheduled_at"]),
            "connections": 1000 * (attempts["sent_at"] - attempts["queued_at"]),
            "database": attempts["latency_ms"],
        }
    )


def waited_for(waits: pd.DataFrame) -> pd.Series:
    """What the sessions of the run that were at work waited for, by kind.

    Args:
        waits: As SurgeResult.waits.

    Returns:
        The share of the sessions at work in all samples, from 0 to 1, of each kind:
        `lock`, `disk`, `cpu`, `network`, `memory` and `other`; the greatest first.
        Empty if no session was seen at work.

    Example:
        What to make faster first:

            from booking_sim import stats

            stats.waited_for(result.waits)

    See Also:
        bottleneck: What was slowest, in a word.
        waits_by_call: For each call.
        wait_profile: The waits over time.
    """
    return _kinds(waits[at_work(waits)]).value_counts(normalize=True).rename("share")


def waits_by_call(waits: pd.DataFrame) -> pd.DataFrame:
    """What the sessions at work waited for, by kind, for each call.

    Args:
        waits: As SurgeResult.waits.

    Returns:
        One row per `call`; "other" is what a session does beside the calls. `at_work`,
        the mean number of sessions that were making it, over all samples; and the
        share of them, from 0 to 1, for each kind of `waited_for`. The busiest first.

    Example:
        Do payments wait for locks, too?

            from booking_sim import stats

            stats.waits_by_call(result.waits)

    See Also:
        waited_for: Of all calls together.
    """
    own = waits[at_work(waits)]
    counts = pd.crosstab(own["call"].astype(object).fillna("other").to_numpy(), _kinds(own).to_numpy())
    total = counts.sum(axis="columns")
    shares = counts.div(total, axis="index").rename_axis(index="call", columns=None)
    shares.insert(0, "at_work", total / max(waits["seconds"].nunique(), 1))
    return shares.sort_values("at_work", ascending=False)


def _kinds(working: pd.DataFrame) -> pd.Series:
    """The kind of thing that each session at work waited for."""
    kinds = working["wait_event_type"].fillna(RUNNING).astype(str)
    events = working["wait_event"].fillna(RUNNING).astype(str)
    found = kinds.map({"Lock": "lock", "IO": "disk", RUNNING: "cpu", "Client": "network", "LWLock": "memory"})
    is_disk = (kinds == "LWLock") & events.str.contains("|".join(_DISK))
    return found.mask(is_disk, "disk").fillna("other")


def bottleneck(
    attempts: pd.DataFrame,
    busy: Sequence[float] = (),
    waits: pd.DataFrame | None = None,
    delayed: Sequence[float] = (),
) -> str | None:
    """Name what kept a surge from being faster.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        busy: The share of its time that each process of the generator was working.
        waits: As SurgeResult.waits; None: the database was not observed.
        delayed: The share of its time that each worker of the generator was kept from
            working, by others on its processor or because it was stopped.

    Returns:
        One of `booking_sim.stats.saturation.BOTTLENECKS`. `generator` if a process of
        it had hardly a moment to spare, or calls were late for it; else what most
        sessions of the database waited for. If no session was at work for most calls
        under way: `generator` if it was working or kept from it most of its time, else
        `network`. If sessions waited for no kind of thing in particular: `connections`
        if calls spent most of their time waiting for one; if they spent it under way,
        `generator` if it had hardly a moment without work, else `database`. None if
        nothing was sent.

    Example:
        What to make faster first:

            from booking_sim import stats

            stats.bottleneck(result.attempts, waits=result.waits)

    See Also:
        time_spent: Where the time went.
    """
    return main_limit(whole(attempts), busy, waits, delayed)


def main_limit(
    pieces: Pieces, busy: Sequence[float], waits: pd.DataFrame | None, delayed: Sequence[float]
) -> str | None:
    """The same of attempts that are given a piece at a time."""
    spent = time_spent_in(pieces).dropna()
    if max(busy, default=0.0) > _BUSY:
        return "generator"
    if len(spent) < 3:
        return None
    slowest, occupied = str(spent.idxmax()), max(busy, default=0.0) + max(delayed, default=0.0)
    kind = None if waits is None else _main_wait(waits)
    if waits is not None and _is_outside(pieces, waits):
        kind = "generator" if occupied > _MOST else "network"
    elif kind is None and slowest == "database" and occupied > _BUSY:
        kind = "generator"
    if slowest == "generator" or kind is None:
        return slowest
    if slowest == "connections" and kind in {"cpu", "network"}:
        return slowest  # sessions that wait for nobody leave a call waiting because there are too few of them
    return kind


def _is_outside(pieces: Pieces, waits: pd.DataFrame) -> bool:
    """Whether no session was at work for most calls under way: their answers, or they, were still to be received."""
    sampled, under_way = waits["seconds"].unique(), 0
    for attempts in pieces("sent_at", "latency_ms"):
        sent = attempts["sent_at"].dropna()
        ended = sent + attempts["latency_ms"] / 1000
        begun, over = (np.searchsorted(np.sort(instants), sampled) for instants in (sent, ended))
        under_way += int((begun - over).sum())
    working = int(at_work(waits).sum())
    return has_mean(waits) and under_way >= _LEAST and 0 < working < _MOST * under_way


def _main_wait(waits: pd.DataFrame) -> str | None:
    """The kind of thing that most sessions at work waited for; None if there is none, or too few were seen."""
    if at_work(waits).sum() < _LEAST:
        return None
    shares = waited_for(waits).drop("other", errors="ignore")
    return str(shares.index[0]) if len(shares) and shares.iloc[0] > _MOST else None
