"""Makes a call so that its skip depth can be measured: one message, one transaction, nothing left set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import psycopg
from psycopg import Connection

from booking_sim.queries import load
from booking_sim.skip_depth.plans import Reading, read_plan

_ANSWER = 4
"""How many columns the call's own answer has, before those of the measurement."""

_PARAMETERS = ("event_id", "user_id", "quantity", "hold_for", "request_key")


class Depth(NamedTuple):
    """What one call to reserve skipped.

    Attributes:
        locked: Tickets that it could have taken but for somebody's lock, or that were changed when it got the lock;
            None where the server does not report its plans.
        dead: Entries and rows of tickets that somebody had taken already: index entries without a row that is there for
            this call, and rows that did not fit. Entries that PostgreSQL has marked as dead in the index itself are
            passed over there, and count no more. Where plans are not reported, rows that did not fit are not known, and
            an entry whose row was not visited counts as dead.
    """

    locked: int | None
    dead: int


@dataclass(frozen=True, slots=True)
class Measure:
    """How a call is measured on one server.

    Attributes:
        every: Of how many calls of a worker one is measured.
        prelude: What comes before the call in its message, so that plans are reported; empty if they are not.
    """

    every: int
    prelude: str

    def message(self, literals: Sequence[str]) -> str:
        """Several statements as one message of the simple protocol, which makes them one transaction.

        Args:
            literals: The call's parameters as SQL, in the order that the query `calls/reserve` has them in.
        """
        return self.prelude + load("skip_depth/reserve") % dict(zip(_PARAMETERS, literals, strict=True))

    def answer(self, row: Sequence[bytes | None]) -> tuple[bytes | None, ...]:
        """The call's own answer to what `message` asked: its columns, in binary."""
        return tuple([None if column is None else _unwrap(column) for column in row[:_ANSWER]])

    def depth(self, row: Sequence[bytes | None], notices: Sequence[str]) -> Depth:
        """Return the depth of a call that was made with `message`.

        Args:
            row: The answer to it, each column in text as it came.
            notices: What came with it.
        """
        entries, rows = (
            int.from_bytes(_unwrap(column), signed=True) for column in cast("Sequence[bytes]", row[_ANSWER:])
        )
        if not self.prelude:
            return Depth(None, entries - rows)
        reading = sum((found for notice in notices if (found := read_plan(notice))), Reading())
        # Each count misses something: index-only scans need not visit rows, and a statement that failed has no plan.
        return Depth(reading.locked, entries - max(rows, reading.rows) + reading.refused)


def _unwrap(column: bytes) -> bytes:
    """The bytes of a bytea that came as text."""
    return bytes.fromhex(column[2:].decode())


def find_prelude(connection: Connection[Any]) -> str:
    """What makes this server report its plans to this user; empty if nothing does.

    Args:
        connection: An idle one. Nothing is left changed, but that auto_explain may be loaded.
    """
    explain = load("skip_depth/explain")
    preludes = (
        load("skip_depth/load") + explain,
        explain,
    )  # a superuser may load it; for others it may be loaded already
    return next((prelude for prelude in preludes if _explains(connection, prelude)), "")


def _explains(connection: Connection[Any], prelude: str) -> bool:
    notices: list[str] = []

    def on_notice(notice: psycopg.errors.Diagnostic) -> None:
        notices.append(notice.message_primary or "")

    connection.add_notice_handler(on_notice)
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(prelude)
            connection.execute(load("skip_depth/try"))
    except psycopg.Error:
        return False
    finally:
        connection.remove_notice_handler(on_notice)
    return any(map(read_plan, notices))
