"""Decodes the row of a call's answer from PostgreSQL's binary format, without a psycopg cursor."""

from struct import unpack_from
from typing import cast

from booking_sim.load_generator.worker.raw_connection import Row
from booking_sim.models import Outcome
from booking_sim.records.attempts import PAYMENTS

_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000, everybody else from 1970
_HEADER, _ELEMENT = 20, 8  # bytes of an array before its first element, and of each with its length
_WORDS = {word.encode(): str(word) for word in (*Outcome, "hold_expired", *PAYMENTS)}


def decode_outcome(row: Row) -> str:
    """Read the outcome of a call.

    Args:
        row: The columns of the call in sql/calls.sql: outcome, intent_id, ticket_nos, hold_expires_at of a reserve,
            one word of any other.

    Raises:
        KeyError: The word is not in the contract.
    """
    return _WORDS[row[0] or b""]


def decode_intent(row: Row) -> int:
    """Read the id of the intent from the answer `held`."""
    return int.from_bytes(row[1] or b"")


def decode_hold(row: Row) -> tuple[tuple[int, ...], int]:
    """Read from the same the tickets, and the deadline of the hold in microseconds since 1970."""
    _, _, ticket_nos, expires_at = cast("tuple[bytes, ...]", row)
    return _numbers(ticket_nos), _EPOCH_US + int.from_bytes(expires_at, signed=True)


def _numbers(binary: bytes) -> tuple[int, ...]:
    """An int4[] of one dimension."""
    if len(binary) == _HEADER + _ELEMENT:
        return (int.from_bytes(binary[-4:], signed=True),)
    return tuple(unpack_from(">i", binary, at + 4)[0] for at in range(_HEADER, len(binary), _ELEMENT))
