"""Who else was at work on the server, and who kept locks from a run: sessions -> frames, and a sentence."""

from typing import Final

import pandas as pd

from booking_sim.stats.contention import has_mean
from booking_sim.stats.saturation import BOTTLENECKS

_WHO: Final = ["database", "application", "user"]
_LEAST: Final = 0.05
"""Other sessions at work, on average, from which on there is a warning: fewer are a glance at the database."""
_QUERY: Final = 60  # letters of a query in a sentence


def foreign_sessions(sessions: pd.DataFrame, waits: pd.DataFrame) -> pd.DataFrame:
    """Count the sessions that were at work and not of the run, in this database and in others.

    Args:
        sessions: As SurgeResult.sessions.
        waits: As SurgeResult.waits, which has every sample.

    Returns:
        One row per `database`, `application` and `user`: how many were `at_work` on
        average over all samples, and the `share` of samples that found one at work,
        from 0 to 1. The busiest first.

    Example:
        What else used the server?

            from booking_sim import stats

            stats.foreign_sessions(result.sessions, result.waits)

    See Also:
        blockers: Who kept locks from the run.
    """
    samples = max(waits["seconds"].nunique(), 1)
    foreign = sessions[~sessions["is_own"].astype(bool) & (sessions["state"] == "active")]
    groups = foreign.groupby(_WHO, dropna=False)["seconds"]
    found = pd.DataFrame({"at_work": groups.size() / samples, "share": groups.nunique() / samples})
    return found.reset_index().sort_values("at_work", ascending=False, ignore_index=True)


def blockers(sessions: pd.DataFrame, waits: pd.DataFrame) -> pd.DataFrame:
    """Tell who kept locks from sessions of the run.

    Args:
        sessions: As SurgeResult.sessions.
        waits: As SurgeResult.waits, which has every sample.

    Returns:
        One row per session that others waited for, by `pid`: whether it `is_own`, of
        the run; its `database`, `application`, `user`; the `state` and `query` in which
        it was seen most; how many sessions of the run it had `blocked` on average over
        all samples, and the `share` of samples that found one waiting for it, from 0
        to 1. Those that blocked most first.

    Example:
        Who held the lock?

            from booking_sim import stats

            stats.blockers(result.sessions, result.waits)

    See Also:
        blocking: Which session waited for which.
        foreign_sessions: Who else was at work.
    """
    samples = max(waits["seconds"].nunique(), 1)
    groups = sessions[sessions["blocked"] > 0].groupby("pid")
    about = groups[["is_own", *_WHO, "state", "query"]].agg(_most_frequent)
    found = about.assign(blocked=groups["blocked"].sum() / samples, share=groups["seconds"].nunique() / samples)
    return found.reset_index().sort_values("blocked", ascending=False, ignore_index=True)


def foreign_load(sessions: pd.DataFrame, waits: pd.DataFrame) -> list[str]:
    """Warn of sessions that are not of the run: they share the server's time, or keep locks from it.

    Args:
        sessions: As SurgeResult.sessions.
        waits: As SurgeResult.waits.

    Returns:
        A sentence for each that is so; nothing if the run had the server to itself.
    """
    sentences = []
    found = foreign_sessions(sessions, waits)
    if has_mean(waits) and found["at_work"].sum() >= _LEAST:
        most = found.iloc[0]
        sentences.append(
            f"The server had other load: on average, {found['at_work'].sum():,.2f} of the sessions at work were not of"
            f" this run, most of them in database '{most['database']}' ({_text(most['application'])}, user"
            f" {_text(most['user'])}). Rates, waits and what the server did depend on them."
        )
    foreign = blockers(sessions, waits)
    foreign = foreign[~foreign["is_own"].astype(bool)]
    if len(foreign):
        sentences.append(f"A session that is not of this run kept locks from it: {_describe(foreign.iloc[0])}.")
    return sentences


def limited_by(bottleneck: str | None, sessions: pd.DataFrame, waits: pd.DataFrame) -> str:
    """Say what limited a run, in words; of a lock, also which session kept it from most others.

    Args:
        bottleneck: As `booking_sim.stats.bottleneck` names it.
        sessions: As SurgeResult.sessions.
        waits: As SurgeResult.waits.

    Returns:
        The words; nothing if nothing was sent.
    """
    if bottleneck is None:
        return ""
    words = BOTTLENECKS[bottleneck]
    found = blockers(sessions, waits)
    if bottleneck != "lock" or found.empty:
        return words
    foreign = found[~found["is_own"].astype(bool)]
    if foreign["blocked"].sum() > found["blocked"].sum() / 2:
        return f"{words}; most often that of {_describe(foreign.iloc[0])}"
    return f"{words}; most often that of another session of this run: {_short(found.iloc[0]['query'])}"


def _describe(blocker: pd.Series) -> str:
    return (
        f"process {blocker['pid']} ({_text(blocker['application'])}, user {_text(blocker['user'])},"
        f" {_text(blocker['state'])}): {_short(blocker['query'])}"
    )


def _short(query: object) -> str:
    """The beginning of a query, without comments, on one line."""
    lines = (line for line in _text(query).splitlines() if not line.lstrip().startswith("--"))
    text = " ".join(" ".join(lines).split())
    return f"{text[:_QUERY]}..." if len(text) > _QUERY else text


def _most_frequent(values: pd.Series) -> object:
    counts = values.value_counts()
    return counts.index[0] if len(counts) else None


def _text(value: object) -> str:
    """A value that the server may not show to this role."""
    return "not known" if pd.isna(value) else str(value)  # type: ignore[call-overload]
