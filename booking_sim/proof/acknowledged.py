"""Whether the answers that buyers got are in the tables, and nothing else: each answer beside its row at the end."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks
from booking_sim.proof.finding import UNRECORDED, Finding, Wrong, judge
from booking_sim.proof.history import History
from booking_sim.records.attempts import Call

_MICROSECOND = 1e-6
_RESERVED = ("held",)
_SOLD = ("confirmed", "already_confirmed")
_RELEASED = ("released", "already_released")


def holds_kept(clocks: Clocks) -> Finding:
    """Each hold that a buyer got as an answer is in the tables, with its user, tickets and deadline."""
    history = clocks.history
    hold_s = round(history.circumstances.hold_s, 6)
    answered = history.answers(Call.RESERVE, *_RESERVED)
    calls, missing, rows = _beside(history, answered)
    wrong: list[Wrong] = [
        (missing, "the hold is not in the tables"),
        ((rows["buyer"] != calls["buyer"]) | (rows["event"] != calls["event"]), "the hold is another user's"),
        (rows["tickets"] != calls["tickets"], "the hold has other tickets"),
        (_differ(rows["deadline"], calls["deadline"]), "the hold has another deadline"),
        (_gone(history, rows), "its tickets are not held for it"),
        (
            (rows["deadline"] - rows["held_at"] - hold_s).abs() > _MICROSECOND / 2,
            "the hold lasts not as long as requested",
        ),
    ]
    return judge("holds_kept", calls, wrong)


def sales_kept(clocks: Clocks) -> Finding:
    """Each sale that a buyer got as an answer is in the tables, and its tickets are sold to this user."""
    history = clocks.history
    answered = history.answers(Call.CONFIRM, *_SOLD) | history.answers(Call.RELEASE, *_SOLD)
    calls, missing, rows = _beside(history, answered)
    wrong: list[Wrong] = [
        (missing, "the sale is not in the tables"),
        (rows["end"] != "confirmed", "the intent is not confirmed"),
        (rows["tickets_agree"] != rows["quantity"], "its tickets are not sold to it"),
    ]
    return judge("sales_kept", calls, wrong)


def releases_kept(clocks: Clocks) -> Finding:
    """Each release that a buyer got as an answer is in the tables."""
    history = clocks.history
    answered = history.answers(Call.RELEASE, *_RELEASED) | history.answers(Call.CONFIRM, *_RELEASED)
    calls, missing, rows = _beside(history, answered)
    wrong: list[Wrong] = [
        (missing, "the intent is not in the tables"),
        (rows["end"] != "released", "the intent is not released"),
    ]
    return judge("releases_kept", calls, wrong)


def requested(clocks: Clocks) -> Finding:
    """Nothing is in the tables that nobody requested: no hold, no sale, no release."""
    history = clocks.history
    calls, rows = history.calls, history.holds
    answered = calls.loc[history.answers(Call.RESERVE, *_RESERVED), "intent_id"]
    maybe = history.call_key[history.unknown(Call.RESERVE)]
    wrong: list[Wrong] = [
        (~rows.index.isin(answered) & ~np.isin(history.hold_key, maybe), "nobody requested this hold"),
        ((rows["end"] == "confirmed") & ~_may_have_ended(history, Call.CONFIRM, _SOLD), "nobody confirmed this hold"),
        ((rows["end"] == "released") & ~_may_have_ended(history, Call.RELEASE, _RELEASED), "nobody released this hold"),
    ]
    return judge("requested", rows.reset_index(), wrong, unless=history.hold_is_unrecorded, reason=UNRECORDED)


def _beside(history: History, answered: NDArray[np.bool_]) -> tuple[pd.DataFrame, NDArray[np.bool_], pd.DataFrame]:
    """Some answers; of which of them the intent is not in the tables; and beside each, the row of its hold, or any."""
    calls, place = history.calls[answered], history.place[answered]
    rows = history.holds.take(place) if len(history.holds) else history.holds.reindex(place)
    return calls, place < 0, rows.set_axis(calls.index)


def _gone(history: History, rows: pd.DataFrame) -> pd.Series:
    """Which holds are live, and their tickets do not say so."""
    live = (rows["end"] == "open") & (rows["deadline"] > history.circumstances.read_at)
    return live & (rows["tickets_agree"] != rows["quantity"])


def _may_have_ended(history: History, call: Call, words: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which holds a call may have ended: its answer says so, or is lost."""
    made = history.answers(call, *words) | history.unknown(call)
    return np.asarray(history.holds.index.isin(history.calls.loc[made, "intent_id"]))


def _differ(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one - other).abs() > _MICROSECOND / 2
