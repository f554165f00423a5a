"""What the event loop kept, as the frames of a surge's result."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]  # it brings no types

from booking_sim.forecasting.layout import ANSWERED as ANSWERED_AT
from booking_sim.forecasting.layout import (
    CLAIMED,
    ENDED,
    GAVE_UP,
    GIVEN_BACK,
    HOLD_BUYER,
    HOLD_EVENT,
    HOLD_QUANTITY,
    HOLD_STATE,
    HOLD_TICKETS,
    LAST_ANSWER,
    MADE,
    OVERDUE,
    PAID,
    PLANNED,
    QUEUED,
    ROW_ATTEMPT,
    ROW_BUYER,
    ROW_CALL,
    ROW_CONNECTION,
    ROW_END,
    ROW_EVENT,
    ROW_HOLD,
    ROW_IS_FIRST,
    ROW_KIND,
    ROW_QUANTITY,
    ROW_REPEATS,
    ROW_SESSION,
    SENT,
    TAKEN,
    VOID,
    State,
)
from booking_sim.forecasting.layout import KEPT as KEPT_ROWS
from booking_sim.records.attempts import Call, Phase
from booking_sim.records.columns import SCHEMA, as_frame
from booking_sim.records.holds import ENDS
from booking_sim.scenario.scenario import Scenario

NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)
"""When a forecast begins: its columns of the kind that a database's clock fills need a date, and none is meant."""

_CALLS = [str(call) for call in (Call.RESERVE, Call.CONFIRM, Call.RELEASE)]
_OUTCOMES = ["held", "sold_out", "confirmed", "expired", "released", "gave_up", "timed_out"]
_OUTCOME_OF = np.array([0, 0, 1, 2, 3, 4, 5, 6])
"""By what a call came to."""
_ALL_HELD = 2
"""Ends below this are holds."""
_NUMBERS = pa.list_(pa.int32())


def attempts(scenario: Scenario, state: State) -> pd.DataFrame:
    """The attempts frame.

    Args:
        scenario: What was simulated.
        state: How the loop ended; every attempt was kept.

    Returns:
        As SurgeResult.attempts. Connections are those of one worker, 0. Events count from 1, as holds do.
    """
    kept = state.whole[KEPT_ROWS]
    rows, times = state.rows[:kept], state.row_times[:kept]
    order = np.argsort(times[:, QUEUED], kind="stable")
    rows, times = (np.take(np.ascontiguousarray(each.T), order, axis=1) for each in (rows, times))  # by column: faster
    end, hold = rows[ROW_END], rows[ROW_HOLD]
    is_held, was_sent = end < _ALL_HELD, rows[ROW_CONNECTION] >= 0
    claimed = state.hold_times[:, CLAIMED]
    expires = np.where(is_held, (claimed[hold] + scenario.seconds(scenario.hold)) * 1e6, 0).astype("int64")
    columns: dict[str, Any] = {
        "buyer": rows[ROW_BUYER],
        "kind": _words(rows[ROW_KIND], [*scenario.kinds]),
        "attempt": rows[ROW_ATTEMPT],
        "call": _words(rows[ROW_CALL], _CALLS),
        "event": rows[ROW_EVENT] + 1,
        "worker": np.zeros(kept, np.int32),
        "connection": pa.array(rows[ROW_CONNECTION].astype("int16"), mask=~was_sent),
        "scheduled_at": times[PLANNED],
        "queued_at": times[QUEUED],
        "sent_at": times[SENT],
        "latency_ms": 1000 * (times[ANSWERED_AT] - times[SENT]),
        "outcome": _words(_OUTCOME_OF[end], _OUTCOMES),
        "intent_id": pa.array(hold.astype("int64") + 1, mask=(hold < 0) | ((rows[ROW_CALL] == 0) & ~is_held)),
        "ticket_nos": _ticket_numbers(state, hold, is_held),
        "hold_expires_at": pa.array(expires + int(NOON.timestamp() * 1e6), pa.timestamp("us", tz="UTC"), mask=~is_held),
        "session": rows[ROW_SESSION],
        "quantity": rows[ROW_QUANTITY],
        "repeats": pa.array(rows[ROW_REPEATS], mask=rows[ROW_REPEATS] == 0),
        "is_first_call": rows[ROW_IS_FIRST] == 1,
        "phase": _words(was_sent.astype("int8"), [Phase.WAITING, Phase.ANSWERED], mask=end < GAVE_UP),
    }
    nothing = pa.nulls(kept)
    arrays = [pa.array(columns[field.name]) if field.name in columns else nothing for field in SCHEMA]
    return as_frame(pa.table([_cast(array, field.type) for array, field in zip(arrays, SCHEMA, strict=True)], SCHEMA))


def holds(scenario: Scenario, state: State) -> pd.DataFrame:
    """The holds frame.

    Args:
        scenario: What was simulated.
        state: How the loop ended.

    Returns:
        As SurgeResult.holds: a hold that ran out has ended when its ticket was taken again.
    """
    made = state.whole[MADE]
    is_real = state.holds[:made, HOLD_STATE] != VOID
    number = np.flatnonzero(is_real)
    rows, times = state.holds[:made][is_real], state.hold_times[:made][is_real]
    ended = times[:, ENDED]
    end = np.full(len(rows), ENDS.index("open"))
    end[(rows[:, HOLD_STATE] == OVERDUE) & ~np.isnan(ended)] = ENDS.index("expired")
    end[rows[:, HOLD_STATE] == PAID] = ENDS.index("confirmed")
    end[rows[:, HOLD_STATE] == GIVEN_BACK] = ENDS.index("released")
    return pd.DataFrame(
        {
            "intent_id": number + 1,
            "event": (rows[:, HOLD_EVENT] + 1).astype("int64"),
            "buyer": pd.array(rows[:, HOLD_BUYER], "Int32"),
            "quantity": pd.array(rows[:, HOLD_QUANTITY], "Int32"),
            "ticket_nos": pd.Series(
                _ticket_numbers(state, number, np.ones(len(rows), bool)), dtype=pd.ArrowDtype(_NUMBERS)
            ),
            "held_at": times[:, CLAIMED],
            "deadline": times[:, CLAIMED] + scenario.seconds(scenario.hold),
            "ended_at": ended,
            "end": pd.Categorical.from_codes(end.astype(int), categories=pd.Index(ENDS)),
        }
    )


def until(state: State) -> float:
    """When the last answer came, in seconds since the start; 0 if nothing was sent."""
    return float(np.nan_to_num(state.moments[LAST_ANSWER]))


def _words(codes: Any, words: Sequence[str], mask: Any = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=mask), pa.array(words))


def _ticket_numbers(state: State, hold: Any, is_held: Any) -> pa.ListArray:
    """The numbers of the tickets of some holds, from 1; none where nothing is held."""
    chosen = hold[is_held]
    counts, begin = state.holds[chosen, HOLD_QUANTITY], state.holds[chosen, HOLD_TICKETS]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    at = np.repeat(begin - offsets[:-1], counts) + np.arange(offsets[-1])
    numbers = state.taken[: state.whole[TAKEN]][at] + 1
    everywhere = np.zeros(len(hold) + 1, np.int32)
    everywhere[1:] = np.cumsum(np.where(is_held, state.holds[hold, HOLD_QUANTITY], 0))
    return pa.ListArray.from_arrays(pa.array(everywhere), pa.array(numbers.astype(np.int32)), mask=pa.array(~is_held))


def _cast(array: pa.Array, type_: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(type_) and pa.types.is_dictionary(array.type):
        return pa.DictionaryArray.from_arrays(array.indices.cast(type_.index_type), array.dictionary)
    return array.cast(type_)
