"""Whether every answer has a cause, and whether the order of the holds of a ticket is one that can have happened."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks, windows
from booking_sim.proof.finding import UNRECORDED, Finding, Wrong, judge
from booking_sim.proof.history import Fate, History, flat
from booking_sim.records.attempts import Call


def answers_have_causes(clocks: Clocks) -> Finding:
    """Each answer has a cause: nothing is already done that nobody did, and no buyer's own hold is `not_found`."""
    history = clocks.history
    ending = (history.calls["call"] != Call.RESERVE).to_numpy() & (history.calls["fate"] == Fate.OK).to_numpy()
    calls = history.calls[ending]
    sold, released = (_done_before(history, ending, call) for call in (Call.CONFIRM, Call.RELEASE))
    confirms = (calls["call"] == Call.CONFIRM).to_numpy()
    outcome = calls["outcome"]
    wrong: list[Wrong] = [
        (outcome == "not_found", "the hold that this buyer got as an answer is not found"),
        (outcome.isin(["already_confirmed"]) & ~sold, "no other call can have confirmed it"),
        (~confirms & (outcome == "confirmed") & ~sold, "no call can have confirmed it"),
        (outcome.isin(["already_released"]) & ~released, "no other call can have released it"),
        (confirms & (outcome == "released") & ~released, "no call can have released it"),
    ]
    unrecorded = history.call_is_unrecorded[ending]
    return judge("answers_have_causes", calls, wrong, unless=unrecorded, reason=UNRECORDED)


def order_is_possible(clocks: Clocks) -> Finding:
    """The holds of a ticket follow each other in the tables in an order that their calls can have had."""
    history = clocks.history
    rows = history.holds
    sent, answered = windows(history, Call.RESERVE, "held")
    ends, numbers = flat(rows["ticket_nos"])
    each = np.repeat(np.arange(len(rows)), np.diff(ends, prepend=0))
    tickets = pd.DataFrame(
        {
            "event": rows["event"].to_numpy()[each],
            "ticket_no": numbers,
            "held_at": rows["held_at"].to_numpy()[each],
            "intent_id": rows.index.to_numpy()[each],
            "buyer": rows["buyer"].to_numpy()[each],
            "sent": np.where(np.isnan(sent[each]), -np.inf, sent[each]),
            "answered": answered[each],
        }
    ).sort_values(["event", "ticket_no", "held_at"], kind="stable", ignore_index=True)
    group = [tickets["event"], tickets["ticket_no"]]
    latest = tickets["sent"].groupby(group, sort=False).cummax().groupby(group, sort=False).shift()
    backwards = latest > tickets["answered"]
    return judge(
        "order_is_possible",
        tickets,
        [(backwards, "a hold that is older in the tables was requested after this one was answered")],
        **clocks.doubt(len(tickets)),
    )


def _done_before(history: History, ending: NDArray[np.bool_], call: Call) -> NDArray[np.bool_]:
    """Whether another call of a kind, sent before the answer of each, may have ended its hold."""
    calls = history.calls
    word = {Call.CONFIRM: "confirmed", Call.RELEASE: "released"}[call]
    maybe = calls[history.answers(call, word) | history.unknown(call)]
    first = maybe.groupby("intent_id")["sent"].min()
    return np.asarray(calls.loc[ending, "intent_id"].map(first) < calls.loc[ending, "answered"])
