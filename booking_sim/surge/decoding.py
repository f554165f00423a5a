"""What a row of a call's answer means: PostgreSQL's binary format, read without a round through anything else."""

from struct import unpack_from
from typing import NamedTuple, cast

from booking_sim.attempts import PAYMENTS
from booking_sim.models import Outcome
from booking_sim.surge.link import Row

_EPOCH_US = 946_684_800_000_000  # PostgreSQL counts from 2000, everybody else from 1970
_HEADER, _ELEMENT = 20, 8  # bytes of an array before its first element, and of each with its length
_WORDS = {word.encode(): str(word) for word in (*Outcome, *PAYMENTS)}


class Said(NamedTuple):
    """The answer to one call; all but the outcome belong to a hold."""

    outcome: str
    intent_id: int | None = None
    ticket_nos: tuple[int, ...] | None = None
    hold_expires_at: int | None = None
    """Microseconds since 1970, by the database's clock."""


def decode(row: Row) -> Said:
    """Read an answer.

    Args:
        row: The columns that sql/calls/ has for the call: outcome, intent_id, ticket_nos, hold_expires_at of a reserve,
            one word of any other.

    Raises:
        KeyError: The word is none of the contract's.
    """
    outcome = _WORDS[row[0] or b""]
    if outcome != Outcome.HELD:
        return Said(outcome)
    _, intent_id, ticket_nos, expires_at = cast("tuple[bytes, ...]", row)
    deadline = _EPOCH_US + int.from_bytes(expires_at, signed=True)
    return Said(outcome, int.from_bytes(intent_id), _numbers(ticket_nos), deadline)


def _numbers(binary: bytes) -> tuple[int, ...]:
    """An int4[] of one dimension."""
    return tuple(unpack_from(">i", binary, at + 4)[0] for at in range(_HEADER, len(binary), _ELEMENT))
