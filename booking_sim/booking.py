"""The calls of the database's contract, typed: create_event, reserve, confirm, release, expire_holds.

Each is one function for both kinds of connection. Given a `psycopg.Connection` it returns the answer; given a
`psycopg.AsyncConnection` it returns an awaitable of it:

    reservation = reserve(connection, event_id, "ann")
    reservation = await reserve(async_connection, event_id, "ann")

Each is one round trip, safe in autocommit and inside a transaction of the caller's, at READ COMMITTED. The caller needs
EXECUTE on them, which `booking-sim db grant ROLE` gives, and no other right.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, LiteralString, ParamSpec, Protocol, TypeVar, cast, overload

import psycopg
from psycopg import AsyncConnection, AsyncCursor, Connection, Cursor
from psycopg.rows import tuple_row

from booking_sim import queries
from booking_sim.errors import BookingSimError
from booking_sim.models import Confirmation, Outcome, Release, Reservation

HOLD = timedelta(minutes=5)
"""How long a hold lasts unless said otherwise."""

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)


class BookingError(BookingSimError):
    """The database refused the input, and changed nothing.

    Attributes:
        sqlstate: Which rule it was. BK001 unknown event, BK002 quantity, BK003 hold, BK004 user, BK005 capacity,
            BK006 name, BK007 a request key used before with other arguments, BK008 request key, BK009 isolation level,
            BK010 a wrong change of a table, by hand; class 22 for a value that does not fit its type; None for text
            that PostgreSQL cannot hold.
    """

    def __init__(self, message: str, sqlstate: str | None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


@dataclass(frozen=True)
class _Statement(Generic[Answer]):
    """One statement with its parameters, and what makes an answer of the columns of its only row."""

    query: LiteralString
    parameters: dict[str, Any]
    answer: Callable[..., Answer]


class ContractCall(Protocol[Arguments, Answer_co]):
    """A call that takes either kind of connection first."""

    @overload
    def __call__(
        self, connection: Connection[Any], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Answer_co: ...
    @overload
    def __call__(
        self, connection: AsyncConnection[Any], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Awaitable[Answer_co]: ...


def _call(statement_of: Callable[Arguments, _Statement[Answer]]) -> ContractCall[Arguments, Answer]:
    """Make a call for both kinds of connection of a function that says which statement it is."""

    @functools.wraps(statement_of)
    def call(
        connection: Connection[Any] | AsyncConnection[Any], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Answer | Awaitable[Answer]:
        statement = statement_of(*args, **kwargs)
        if isinstance(connection, AsyncConnection):
            return _ask_async(connection, statement)
        return _ask(connection, statement)

    call.__signature__ = _signature_with_connection(statement_of)  # type: ignore[attr-defined]  # what help() shows
    return cast("ContractCall[Arguments, Answer]", call)


def _signature_with_connection(statement_of: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(statement_of)
    connection = inspect.Parameter(
        "connection", inspect.Parameter.POSITIONAL_ONLY, annotation=Connection[Any] | AsyncConnection[Any]
    )
    (answer,) = signature.return_annotation.__args__
    return signature.replace(parameters=[connection, *signature.parameters.values()], return_annotation=answer)


# Whatever the caller's connection is set to, an answer is read: the cursor is none of its factory, and binary values do
# not depend on DateStyle. To raise after the tickets are held would lose them to the buyer.
def _ask(connection: Connection[Any], statement: _Statement[Answer]) -> Answer:
    with _refusals(), Cursor(connection, row_factory=tuple_row) as cursor:
        row = cursor.execute(statement.query, statement.parameters, binary=True).fetchone()
    return _answer(statement, row)


async def _ask_async(connection: AsyncConnection[Any], statement: _Statement[Answer]) -> Answer:
    with _refusals():
        async with AsyncCursor(connection, row_factory=tuple_row) as cursor:
            await cursor.execute(statement.query, statement.parameters, binary=True)
            row = await cursor.fetchone()
    return _answer(statement, row)


def _answer(statement: _Statement[Answer], row: tuple[Any, ...] | None) -> Answer:
    """Make the answer of a row; where the client's encoding is SQL_ASCII, text comes as bytes."""
    values = cast("tuple[Any, ...]", row)
    return statement.answer(*(value.decode("ascii") if isinstance(value, bytes) else value for value in values))


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the database says of bad input into one readable line."""
    try:
        yield
    except psycopg.Error as error:
        if isinstance(error, psycopg.DataError) or (error.sqlstate or "").startswith("BK"):
            raise BookingError(error.diag.message_primary or str(error), error.sqlstate) from None
        raise


@_call
def create_event(name: str, capacity: int) -> _Statement[int]:
    """Put an event on sale, with `capacity` available tickets numbered from 1.

    Args:
        name: What people call it; not empty.
        capacity: Tickets, 1 to 5,000,000.

    Returns:
        The event's id.

    Raises:
        BookingError: BK005 capacity, BK006 name.
    """
    return _Statement(queries.load("calls/create_event"), {"name": name, "capacity": capacity}, int)


@_call
def reserve(
    event_id: int,
    user_id: str,
    quantity: int = 1,
    *,
    hold_for: timedelta = HOLD,
    request_key: str | None = None,
) -> _Statement[Reservation]:
    """Put `quantity` tickets on hold for a user, all or none, and write the booking intent with them.

    `sold_out` is true of the instant it was found in: every other ticket was sold or in a live, committed hold.
    `contended` means that tickets are left, but locked by open transactions; ask again.

    Args:
        event_id: The event, as create_event returned it.
        user_id: Who holds the tickets, and alone can confirm or release them: at most 1000 bytes, not all of them
            invisible.
        quantity: Tickets, 1 to the event's capacity.
        hold_for: How long the hold lasts: more than nothing, at most 31 days.
        request_key: A name for this request, unique to the user, 1 to 1000 bytes. Once it was held, the same key gets
            the same answer again and nothing is written. A refusal writes nothing, so its key is free to ask again.

    Returns:
        The outcome; with a hold, its intent, its ticket numbers and its deadline by the database's clock.

    Raises:
        BookingError: BK001 unknown event, BK002 quantity, BK003 hold, BK004 user, BK007 request key used before with
            other arguments, BK008 request key empty or too long, BK009 the transaction is not at READ COMMITTED.
    """
    parameters = {
        "event_id": event_id,
        "user_id": user_id,
        "quantity": quantity,
        "hold_for": hold_for,
        "request_key": request_key,
    }
    return _Statement(queries.load("calls/reserve"), parameters, _reservation)


@_call
def confirm(intent_id: int, user_id: str) -> _Statement[Confirmation]:
    """Turn a hold into a sale, if its deadline has not passed.

    A confirm that comes late, or that waited for a lock until it was late, answers `expired` and sells nothing.

    Args:
        intent_id: The intent, as reserve answered it.
        user_id: Whose it is. Somebody else's intent is `not_found`.

    Returns:
        How the intent stands now.
    """
    return _Statement(queries.load("calls/confirm"), {"intent_id": intent_id, "user_id": user_id}, Confirmation)


@_call
def release(intent_id: int, user_id: str) -> _Statement[Release]:
    """Give the tickets of a live hold back: they are available at once.

    Args:
        intent_id: The intent, as reserve answered it.
        user_id: Whose it is. Somebody else's intent is `not_found`.

    Returns:
        How the intent stands now.
    """
    return _Statement(queries.load("calls/release"), {"intent_id": intent_id, "user_id": user_id}, Release)


@_call
def expire_holds(event_id: int | None = None, max_tickets: int = 1000) -> _Statement[int]:
    """Give the tickets of overdue holds back, oldest first: the sweeper.

    reserve sees deadlines itself and never waits for this; it keeps the counts of tickets true.

    Args:
        event_id: One event, or None for all.
        max_tickets: Stop when this number of tickets is given back. A hold goes back whole, so the last may go past it.

    Returns:
        Tickets given back.

    Raises:
        BookingError: BK001 unknown event, BK002 max_tickets below 1.
    """
    parameters = {"event_id": event_id, "max_tickets": max_tickets}
    return _Statement(queries.load("calls/expire_holds"), parameters, int)


def _reservation(
    outcome: str, intent_id: int | None, ticket_nos: list[int] | None, hold_expires_at: datetime | None
) -> Reservation:
    return Reservation(Outcome(outcome), intent_id, tuple(ticket_nos or ()), hold_expires_at)
