"""The shortest history that shows a violation: the calls and holds of the ticket or intent concerned, no others."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks
from booking_sim.proof.history import Fate, History, keys
from booking_sim.proof.holders import held_tickets

COLUMNS: Final = ("begin", "end", "buyer", "intent_id", "what", "outcome")
"""The columns of such a history."""

_MOST_HOLDS = 12
_SOLD, _UNKNOWN = "confirmed", "answer lost"


def shortest_history(clocks: Clocks, offender: Mapping[str, Any]) -> pd.DataFrame:
    """Pick what shows a violation.

    Args:
        clocks: The history, with its clocks.
        offender: One of those that a rule names.

    Returns:
        One row per call and one per hold in the tables, by `begin`: `begin` and `end` in seconds since the start by the
        client's clock, `buyer`, `intent_id`, `what` ("reserve", "confirm", "release", or "hold of" its tickets) and
        `outcome`. A hold that was paid for ends with the run.
    """
    history = clocks.history
    intents = _intents(clocks, offender)
    rows = [*_calls(history, intents, offender), *_holds(clocks, intents)]
    return pd.DataFrame(rows, columns=[*COLUMNS]).sort_values("begin", kind="stable", ignore_index=True)


def _intents(clocks: Clocks, offender: Mapping[str, Any]) -> list[int]:
    """Its own intent; those that had its ticket at the same time; of a refusal, those that had tickets then."""
    own = offender.get("intent_id", 0)
    if not own:
        rows, at = clocks.history.holds, offender["sent"]
        around = rows[(rows["event"] == offender["event"]) & (rows["deadline"] > at) & (rows["held_at"] < at + 1)]
        return [int(intent) for intent in around.index[:_MOST_HOLDS]]
    if "ticket_no" not in offender:
        return [int(own)]
    tickets = held_tickets(clocks)
    same = tickets[(tickets["event"] == offender["event"]) & (tickets["ticket_no"] == offender["ticket_no"])]
    its = same[same["intent_id"] == own]
    beside = same[(same["start"] <= its["until"].max()) & (same["until"] >= its["start"].min())]
    return [int(intent) for intent in beside["intent_id"].unique()[:_MOST_HOLDS]]


def _calls(history: History, intents: list[int], offender: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    requests = history.hold_key[history.holds.index.isin(intents)]
    about = (_about(calls, intents, requests, offender) for calls in chain([history.calls], history.futile()))
    picked = pd.concat([*about], ignore_index=True)
    own = (picked["buyer"] == offender.get("buyer", -1)) & (picked["sent"] == _sent(picked, offender))
    for call in picked[picked["is_about"] | own].itertuples():
        outcome = _UNKNOWN if call.fate == Fate.UNKNOWN else call.outcome
        end = min(call.answered, history.ended)
        yield (call.sent, end, call.buyer, call.intent_id, str(call.call), outcome)


def _about(
    calls: pd.DataFrame, intents: list[int], requests: NDArray[np.int64], offender: Mapping[str, Any]
) -> pd.DataFrame:
    """Those of some calls that are about an intent, or its request repeated, which `is_about`; or of the offender."""
    calls = calls if "intent_id" in calls else calls.assign(intent_id=0)
    asked = np.isin(keys(calls), requests) & (calls["fate"] != Fate.FAILED)
    calls = calls.assign(is_about=calls["intent_id"].isin(intents) | asked)
    its_buyer = calls["buyer"] == offender.get("buyer", -1)
    found: pd.DataFrame = calls[calls["sent"].notna() & (calls["is_about"] | its_buyer)]
    return found


def _sent(calls: pd.DataFrame, offender: Mapping[str, Any]) -> float:
    """When the call of an offender was sent, which is rounded there."""
    if "sent" not in offender or not len(calls):
        return np.nan
    sent: float = calls["sent"].iloc[(calls["sent"] - offender["sent"]).abs().argmin()]
    return sent


def _holds(clocks: Clocks, intents: list[int]) -> Iterator[tuple[Any, ...]]:
    history = clocks.history
    rows = history.holds[history.holds.index.isin(intents)]
    ahead = _offset(clocks)
    for intent, hold in rows.iterrows():
        over = hold["deadline"] if pd.isna(hold["ended_at"]) else min(hold["ended_at"], hold["deadline"])
        end = history.ended if hold["end"] == _SOLD else over - ahead
        tickets = ", ".join(map(str, hold["ticket_nos"]))
        yield (hold["held_at"] - ahead, end, hold["buyer"], intent, f"hold of {tickets}", hold["end"])


def _offset(clocks: Clocks) -> float:
    """About how far the database's clock is ahead, in the middle of the run; 0 if nothing is known of it."""
    middle = np.array([clocks.history.ended / 2])
    offset = float((clocks.earliest(middle) + clocks.latest(middle))[0] / 2 - middle[0])
    return offset if np.isfinite(offset) else 0.0
