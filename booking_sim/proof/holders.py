"""Whether a ticket had two holders at once: by the tables, by the answers, and by what clients can know of time."""

import numpy as np
import pandas as pd

from booking_sim.proof.clocks import Clocks, Seconds
from booking_sim.proof.finding import Finding, judge, together
from booking_sim.proof.history import History, flat
from booking_sim.records.attempts import Call

_SOLD = ("confirmed", "already_confirmed")


def one_holder(clocks: Clocks) -> Finding:
    """No ticket has two holders at one instant, by the database's clock and by what clients can know."""
    return together(_judge(clocks, tickets) for tickets in (_by_the_tables(clocks), _by_the_answers(clocks)))


def _judge(clocks: Clocks, tickets: pd.DataFrame) -> Finding:
    group = [tickets["event"], tickets["ticket_no"]]
    latest = tickets["until"].groupby(group, sort=False).cummax().groupby(group, sort=False).shift()
    other = tickets["intent_id"].groupby(group, sort=False).shift() != tickets["intent_id"]
    twice = other & (tickets["start"] < latest)
    problem = "another hold of this ticket was not over when this one began"
    return judge("one_holder", tickets, [(twice, problem)], **clocks.doubt(len(tickets)))


def held_tickets(clocks: Clocks) -> pd.DataFrame:
    """From when to when each ticket of each hold was taken, by the tables and by the answers.

    Returns:
        A row per ticket and source: `event`, `ticket_no`, `intent_id`, `buyer`, `start` and `until` by the database's
        clock; what was sold is taken for ever.
    """
    return pd.concat([_by_the_tables(clocks), _by_the_answers(clocks)], ignore_index=True)


def _by_the_tables(clocks: Clocks) -> pd.DataFrame:
    history = clocks.history
    return _in_order(pd.concat([_in_the_tables(history), _missing(history)], ignore_index=True))


def _by_the_answers(clocks: Clocks) -> pd.DataFrame:
    return _in_order(_known(clocks))


def _in_order(tickets: pd.DataFrame) -> pd.DataFrame:
    return tickets.sort_values(["event", "ticket_no", "start"], kind="stable", ignore_index=True)


def missing_holds(history: History) -> pd.DataFrame:
    """The holds that buyers got as answers and that are not in the tables, one row each, as the answers have them.

    Returns:
        The columns of `history.calls`, whose index it keeps; `start` and `until` by the database's clock.
    """
    calls = history.calls
    answered = history.answers(Call.RESERVE, "held") & (history.place < 0)
    lost = calls[answered].drop_duplicates("intent_id")
    sold = calls.loc[history.answers(Call.CONFIRM, *_SOLD), "intent_id"]
    until = lost["deadline"].mask(lost["intent_id"].isin(sold), np.inf)
    return lost.assign(start=lost["deadline"] - history.circumstances.hold_s, until=until)


def _in_the_tables(history: History) -> pd.DataFrame:
    rows = history.holds
    until = rows["deadline"].mask(rows["end"] == "confirmed", np.inf)
    until = until.mask(rows["end"] == "released", np.fmin(rows["ended_at"], rows["deadline"]))
    return _by_ticket(rows.reset_index().assign(start=rows["held_at"].to_numpy(), until=until.to_numpy()))


def _missing(history: History) -> pd.DataFrame:
    """Holds that the tables lack; one whose release was sent may have ended at any time, and proves nothing."""
    lost = missing_holds(history)
    released = history.calls.loc[history.calls["call"] == Call.RELEASE, "intent_id"]
    lost = lost[~lost["intent_id"].isin(released) & ~history.call_is_unrecorded[lost.index]]
    return _by_ticket(lost.assign(ticket_nos=history.ticket_nos.loc[lost.index]))


def _known(clocks: Clocks) -> pd.DataFrame:
    """From when to when clients know of a hold, at least, by the database's clock."""
    history = clocks.history
    calls = history.calls
    sold = calls.loc[history.answers(Call.CONFIRM, *_SOLD), "intent_id"]
    held = calls[history.answers(Call.RESERVE, "held")].drop_duplicates("intent_id")
    held = held[
        ~history.call_is_unrecorded[held.index] | held["intent_id"].isin(sold)
    ]  # else it may have been released
    releases = calls[(calls["call"] == Call.RELEASE) & calls["sent"].notna()].groupby("intent_id")["sent"].min()
    released: Seconds = held["intent_id"].map(releases).to_numpy()
    known = clocks.earliest(np.where(np.isnan(released), 0.0, released))
    until = np.fmin(held["deadline"].to_numpy(), np.where(np.isnan(released), np.inf, known))
    until = np.where(held["intent_id"].isin(sold), np.inf, until)
    start = clocks.latest(held["answered"].to_numpy())
    known_at_all = start < until  # the answer to a repeated request may come when the hold is over
    held = held.assign(ticket_nos=history.ticket_nos.loc[held.index], start=start, until=until)
    return _by_ticket(held[known_at_all])


def _by_ticket(holds: pd.DataFrame) -> pd.DataFrame:
    """One row per ticket of each hold."""
    ends, numbers = flat(holds["ticket_nos"])
    each = np.repeat(np.arange(len(holds)), np.diff(ends, prepend=0))
    columns = holds[["event", "intent_id", "buyer", "start", "until"]].iloc[each]
    return columns.assign(ticket_no=numbers)
