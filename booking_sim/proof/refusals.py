"""Whether refusals were true: `sold_out` at an instant of the call, `contended` because of somebody.

Where the history does not say exactly how many tickets were taken, it counts the most that can have been. So a refusal
that is called false is.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks, Seconds, windows
from booking_sim.proof.finding import UNRECORDED, Finding, judge
from booking_sim.proof.history import Fate, History
from booking_sim.proof.holders import missing_holds
from booking_sim.records.attempts import Call

Counts = NDArray[np.int64]


def sold_out_is_true(clocks: Clocks) -> Finding:
    """Each `sold_out` is true: at an instant of the call, too few tickets were neither sold nor in a live hold."""
    history = clocks.history
    calls = history.calls[history.answers(Call.RESERVE, "sold_out")]
    begin, end = clocks.earliest(calls["sent"].to_numpy()), clocks.latest(calls["answered"].to_numpy())
    free = history.circumstances.tickets - _count(calls, _taken(clocks), begin, end, _most_at_once)
    return judge(
        "sold_out_is_true",
        calls,
        [(free >= calls["quantity"], "enough tickets were available during the whole call")],
        **clocks.doubt(len(calls), otherwise=np.full(len(calls), history.is_incomplete), reason=UNRECORDED),
    )


def contended_is_true(clocks: Clocks) -> Finding:
    """Each `contended` has a reason: too few tickets were left, or another call can have locked them."""
    history = clocks.history
    calls = history.calls[history.answers(Call.RESERVE, "contended")]
    begin, end = clocks.earliest(calls["sent"].to_numpy()), clocks.latest(calls["answered"].to_numpy())
    free = history.circumstances.tickets - _count(calls, _taken(clocks), begin, end, _within)
    under_way = _count(calls, _under_way(history), calls["sent"].to_numpy(), calls["answered"].to_numpy(), _within)
    alone = under_way == 1  # the call itself
    return judge(
        "contended_is_true",
        calls,
        [(alone & (free >= calls["quantity"]), "enough tickets were available, and no other call was under way")],
        **clocks.doubt(
            len(calls),
            otherwise=np.full(len(calls), history.is_incomplete or history.circumstances.outside_locks),
            reason="somebody whose calls are not recorded can have locked tickets",
        ),
    )


def _taken(clocks: Clocks) -> pd.DataFrame:
    """Which tickets can have been taken, at most: `event`, `quantity`, `start` and `until` by the database's clock.

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
    return pd.concat(
        [
            rows.assign(start=rows["held_at"], until=until)[columns],
            missing_holds(history)[columns],
            maybe.assign(start=clocks.earliest(maybe["sent"].to_numpy()), until=np.inf)[columns],
        ],
        ignore_index=True,
    )


def _under_way(history: History) -> pd.DataFrame:
    """From when until when each call was under way by the client's clock; its `quantity` is 1."""
    calls = history.calls[history.calls["fate"] != Fate.UNSENT]
    return pd.DataFrame({"event": calls["event"], "quantity": 1, "start": calls["sent"], "until": calls["answered"]})


def _count(
    calls: pd.DataFrame,
    spans: pd.DataFrame,
    begin: Seconds,
    end: Seconds,
    how: Callable[[pd.DataFrame, Seconds, Seconds], Counts],
) -> Counts:
    """Count the tickets in some spans for each call, among those of its event."""
    counts = np.zeros(len(calls), dtype=np.int64)
    of_event = spans.groupby("event").indices
    for event, group in calls.groupby("event").indices.items():
        counts[group] = how(spans.iloc[of_event.get(event, [])], begin[group], end[group])
    return counts


def _within(spans: pd.DataFrame, begin: Seconds, end: Seconds) -> Counts:
    """The tickets of all spans that have an instant in common with each window."""
    return _sum_until(spans["start"], spans["quantity"], end) - _sum_before(spans["until"], spans["quantity"], begin)


def _most_at_once(spans: pd.DataFrame, begin: Seconds, end: Seconds) -> Counts:
    """The most tickets at one instant of each window; a span has its first instant and not its last one."""
    quantity = spans["quantity"]
    starts = np.sort(spans["start"].to_numpy())

    def at(instants: Seconds) -> Counts:
        return _sum_until(spans["start"], quantity, instants) - _sum_until(spans["until"], quantity, instants)

    first, last = np.searchsorted(starts, begin, side="right"), np.searchsorted(starts, end, side="right")
    return np.maximum(at(begin), _range_greatest(at(starts), first, last))


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


def _sum_until(instants: pd.Series, quantity: pd.Series, at: Seconds) -> Counts:
    return _sums(instants, quantity, at, "right")


def _sum_before(instants: pd.Series, quantity: pd.Series, at: Seconds) -> Counts:
    return _sums(instants, quantity, at, "left")


def _sums(instants: pd.Series, quantity: pd.Series, at: Seconds, side: Literal["left", "right"]) -> Counts:
    """How many tickets belong to instants up to some others."""
    order = np.argsort(instants.to_numpy(), kind="stable")
    sums = np.concatenate([[0], np.cumsum(quantity.to_numpy(np.int64)[order])])
    counts: Counts = sums[np.searchsorted(instants.to_numpy()[order], at, side=side)]
    return counts
