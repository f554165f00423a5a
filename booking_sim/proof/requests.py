"""Whether each request was answered once and whole: one key, one hold, as many tickets as requested."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks
from booking_sim.proof.finding import Finding, Wrong, judge, together
from booking_sim.proof.history import flat, keys
from booking_sim.records.attempts import Call


def one_answer(clocks: Clocks) -> Finding:
    """A request has one hold and one answer: repeated after it was held, it is answered with the same hold."""
    history = clocks.history
    reserving = (history.calls["call"] == Call.RESERVE).to_numpy() & np.isfinite(history.calls["answered"].to_numpy())
    calls, key = history.calls[reserving], history.call_key[reserving]
    held = (calls["outcome"] == "held").to_numpy()
    first = pd.DataFrame({"intent_id": calls["intent_id"], "at": calls["answered"], "key": key})[held]
    first = first.sort_values("at", kind="stable").groupby("key").first()
    other = held & (calls["intent_id"].to_numpy() != first["intent_id"].reindex(key).to_numpy())
    users = pd.DataFrame({"intent_id": calls["intent_id"].to_numpy(), "key": key})[held].drop_duplicates()
    shared = (
        held & calls["intent_id"].isin(users.loc[users.duplicated("intent_id", keep=False), "intent_id"]).to_numpy()
    )
    wrong = [
        (shared, "two requests were answered with one hold"),
        (other, "the request had another hold before"),
    ]
    refused = (_refused_after(first["at"], calls) for calls in history.futile())
    return together([judge("one_answer", calls, wrong), *refused])


def _refused_after(held_at: pd.Series, calls: pd.DataFrame) -> Finding:
    """Judge the requests that were answered without a hold: by when each had been answered with one, by its key."""
    answered = calls[np.isfinite(calls["answered"])]
    after = answered["sent"].to_numpy() > held_at.reindex(keys(answered)).to_numpy()
    refused = answered["outcome"].isin(["sold_out", "contended"])
    problem = "the request had a hold, and was refused when it was repeated"
    return judge("one_answer", answered, [(after & refused, problem)])


def one_hold(clocks: Clocks) -> Finding:
    """A request has one hold in the tables."""
    history = clocks.history
    twice = pd.Series(history.hold_key).duplicated(keep=False).to_numpy() & (history.hold_key >= 0)
    rows, problem = history.holds.reset_index(), "the same request has another hold"
    return judge("one_hold", rows, [(twice, problem)])


def whole_groups(clocks: Clocks) -> Finding:
    """Each hold has as many tickets as were requested, all different, all of its event."""
    history = clocks.history
    held = history.answers(Call.RESERVE, "held")
    calls = history.calls[held]
    requested = calls.groupby("intent_id")["quantity"].max().reindex(history.holds.index)
    wanted = requested.fillna(history.holds["quantity"]).to_numpy()
    rows = history.holds.reset_index()
    return together(
        [
            _is_whole(calls, history.ticket_nos[held], calls["quantity"].to_numpy(), history.circumstances.tickets),
            _is_whole(rows, rows["ticket_nos"], wanted, history.circumstances.tickets),
        ]
    )


def _is_whole(frame: pd.DataFrame, ticket_nos: pd.Series, requested: NDArray[Any], capacity: int) -> Finding:
    count, different, outside = _counted(ticket_nos, capacity)
    wrong: list[Wrong] = [
        (count != requested, "it has more or fewer tickets than requested"),
        (frame["quantity"] != requested, "the quantity in the tables is not the one requested"),
        (different != count, "it has a ticket twice"),
        (outside > 0, "it has a ticket that its event has not"),
    ]
    return judge("whole_groups", frame, wrong)


def _counted(lists: pd.Series, capacity: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of each list of ticket numbers: how many, how many different ones, and how many that no ticket has."""
    ends, numbers = flat(lists)
    count = np.diff(ends, prepend=0)
    each = np.repeat(np.arange(len(count)), count)
    order = np.lexsort([numbers, each])
    new = np.ones(len(numbers), dtype=bool)
    new[1:] = (np.diff(numbers[order]) != 0) | (np.diff(each[order]) != 0)
    outside = (numbers < 1) | (numbers > capacity)
    return count, *(
        np.bincount(each[order][new], minlength=len(count)),
        np.bincount(each[outside], minlength=len(count)),
    )
