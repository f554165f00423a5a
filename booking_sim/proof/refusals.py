"""Whether refusals were true: `sold_out` at an instant of the call, `contended` because of somebody.

Where the history does not say exactly how many tickets were taken, it counts the most that can have been. So a refusal
that is called false is.
"""

from collections.abc import Callable, Hashable, Mapping
from functools import cache, cached_property
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks, Seconds, windows
from booking_sim.proof.finding import UNRECORDED, Finding, judge, together
from booking_sim.proof.history import Fate, History
from booking_sim.proof.holders import missing_holds
from booking_sim.records.attempts import Call

Counts = NDArray[np.int64]


def sold_out_is_true(clocks: Clocks) -> Finding:
    """Each `sold_out` is true: at an instant of the call, too few tickets were neither sold nor in a live hold."""
    history, taken = clocks.history, _taken(clocks)

    def judge_some(calls: pd.DataFrame) -> Finding:
        begin, end = clocks.earliest(calls["sent"].to_numpy()), clocks.latest(calls["answered"].to_numpy())
        free = history.circumstances.tickets - _count(calls, taken, begin, end, Spans.most_at_once)
        return judge(
            "sold_out_is_true",
            calls,
            [(free >= calls["quantity"], "enough tickets were available during the whole call")],
            **clocks.doubt(len(calls), otherwise=np.full(len(calls), history.is_incomplete), reason=UNRECORDED),
        )

    return together(judge_some(calls[calls["outcome"] == "sold_out"]) for calls in history.futile())


def contended_is_true(clocks: Clocks) -> Finding:
    """Each `contended` has a reason: too few tickets were left, or another call can have locked them."""
    history, taken = clocks.history, _taken(clocks)
    some_unseen = history.is_incomplete or history.circumstances.outside_locks

    @cache
    def under_way() -> Mapping[Hashable, Spans]:  # of all calls of a run, and few runs have such an answer
        return _under_way(history)

    def judge_some(calls: pd.DataFrame) -> Finding:
        sent, answered = calls["sent"].to_numpy(), calls["answered"].to_numpy()
        begin, end = clocks.earliest(sent), clocks.latest(answered)
        free = history.circumstances.tickets - _count(calls, taken, begin, end, Spans.within)
        alone = np.zeros(len(calls), dtype=bool)
        if len(calls):
            alone = _count(calls, under_way(), sent, answered, Spans.within) == 1  # the call itself
        return judge(
            "contended_is_true",
            calls,
            [(alone & (free >= calls["quantity"]), "enough tickets were available, and no other call was under way")],
            **clocks.doubt(
                len(calls),
                otherwise=np.full(len(calls), some_unseen),
                reason="somebody whose calls are not recorded can have locked tickets",
            ),
        )

    return together(judge_some(calls[calls["outcome"] == "contended"]) for calls in history.futile())


class Spans:
    """Spans of time, each of some tickets; a span has its first instant and not its last one.

    Args:
        start: When each begins.
        until: When each ends.
        quantity: The tickets of each; None: one.
    """

    def __init__(self, start: Seconds, until: Seconds, quantity: Counts | None = None) -> None:
        self._start, self._until = _Sums(start, quantity), _Sums(until, quantity)

    @cached_property
    def _at_starts(self) -> Counts:
        return self._at(self._start.instants)

    def _at(self, instants: Seconds) -> Counts:
        return self._start.up_to(instants) - self._until.up_to(instants)

    def within(self, begin: Seconds, end: Seconds) -> Counts:
        """The tickets of all spans that have an instant in common with each window."""
        return self._start.up_to(end) - self._until.before(begin)

    def most_at_once(self, begin: Seconds, end: Seconds) -> Counts:
        """The most tickets at one instant of each window."""
        first, last = (np.searchsorted(self._start.instants, at, side="right") for at in (begin, end))
        return np.maximum(self._at(begin), _range_greatest(self._at_starts, first, last))


class _Sums:
    """How many tickets belong to instants up to some others."""

    def __init__(self, instants: Seconds, quantity: Counts | None) -> None:
        if quantity is None:
            self.instants, self._sums = np.sort(instants), None
            return
        order = np.argsort(instants, kind="stable")
        self.instants = instants[order]
        self._sums = np.concatenate([[0], np.cumsum(quantity[order])])

    def up_to(self, at: Seconds) -> Counts:
        return self._sum(np.searchsorted(self.instants, at, side="right"))

    def before(self, at: Seconds) -> Counts:
        return self._sum(np.searchsorted(self.instants, at, side="left"))

    def _sum(self, place: NDArray[np.intp]) -> Counts:
        return place.astype(np.int64) if self._sums is None else self._sums[place]


def _taken(clocks: Clocks) -> Mapping[Hashable, Spans]:
    """From when until when tickets can have been taken, at most, by the database's clock, by event.

    What a call did whose answer is lost counts, also if a crash took it out of the tables again.
    """
    history = clocks.history
    rows, calls = history.holds.reset_index(), history.calls
    _, released = windows(history, Call.RELEASE, "released", "already_released")
    paid = calls.loc[history.answers(Call.CONFIRM, "confirmed") | history.unknown(Call.CONFIRM), "intent_id"]
    until = rows["deadline"].mask((rows["end"] == "confirmed") | rows["intent_id"].isin(paid), np.inf)
    # Others see that it was given back when the transaction is over, which is before its answer.
    until = until.mask(rows["end"] == "released", np.fmin(rows["deadline"], clocks.latest(released)))
    maybe = calls[history.unknown(Call.RESERVE) & ~np.isin(history.call_key, history.hold_key)]
    columns = ["event", "quantity", "start", "until"]
    spans = pd.concat(
        [
            rows.assign(start=rows["held_at"], until=until)[columns],
            missing_holds(history)[columns],
            maybe.assign(start=clocks.earliest(maybe["sent"].to_numpy()), until=np.inf)[columns],
        ],
        ignore_index=True,
    )
    return _by_event(spans)


def _by_event(spans: pd.DataFrame) -> Mapping[Hashable, Spans]:
    quantity = spans["quantity"].to_numpy(np.int64)
    start, until = spans["start"].to_numpy(), spans["until"].to_numpy()
    groups = spans.groupby("event").indices
    return {event: Spans(start[group], until[group], quantity[group]) for event, group in groups.items()}


def _under_way(history: History) -> Mapping[Hashable, Spans]:
    """From when until when each call was under way by the client's clock, by event."""
    times: dict[Hashable, list[tuple[Seconds, Seconds]]] = {}
    for calls in chain([history.calls], history.futile()):
        was_sent = calls[calls["fate"] != Fate.UNSENT]
        for event, group in was_sent.groupby("event")[["sent", "answered"]]:
            times.setdefault(event, []).append((group["sent"].to_numpy(), group["answered"].to_numpy()))
    return {event: Spans(*map(np.concatenate, zip(*parts, strict=True))) for event, parts in times.items()}


def _count(
    calls: pd.DataFrame,
    spans: Mapping[Hashable, Spans],
    begin: Seconds,
    end: Seconds,
    how: Callable[[Spans, Seconds, Seconds], Counts],
) -> Counts:
    """Count the tickets in some spans for each call, among those of its event."""
    counts = np.zeros(len(calls), dtype=np.int64)
    for event, group in calls.groupby("event").indices.items():
        if event in spans:
            counts[group] = how(spans[event], begin[group], end[group])
    return counts


def _range_greatest(values: Counts, first: NDArray[np.intp], last: NDArray[np.intp]) -> Counts:
    """The greatest of values[first:last] for each pair; 0 of none. Two overlapping powers of two cover each range."""
    greatest = np.zeros(len(first), dtype=np.int64)
    length = last - first
    level, size = values, 1
    while size <= length.max(initial=0):
        which = np.flatnonzero((length >= size) & (length < 2 * size))
        greatest[which] = np.maximum(level[first[which]], level[last[which] - size])
        level = np.maximum(level[:-size], level[size:])
        size *= 2
    return greatest
