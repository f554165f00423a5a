"""What can be measured: a strategy of the catalogue, the lean functions, or a foreign system, all in the same way.

A contestant is a schema, a way to bring its tickets into the state in which a phase begins, and a script of pgbench
that makes one call. A foreign system is a folder:

    schema.sql           makes its schema
    sale.sql             puts one event with %(tickets)s tickets on sale; may end with a query that gives the event's id
    state_sold.sql       sells %(sold)s of the %(tickets)s tickets
    state_expired.sql    puts all of them into holds past their deadline, one ticket each
    state_returned.sql   holds all of them, and gives all of them back
    held.sql             gives the number of calls that were answered with tickets until now: one that was refused is
                         no sale, however fast it was
    reserve.sql          a script of pgbench: one reservation with the round trips of the system's own code

A state without its file is a phase that the system is not measured in. Files with parameters are psycopg's: a percent
sign is written twice. A script may use `:event`, `:tickets`, `:client_id`, `:clients`, `:number` (1 for the first call
of a client, 2 for its second) and `:first` (tickets taken before the first call).
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

import psycopg
from psycopg import ClientCursor, Connection, sql
from psycopg.sql import Literal

from booking_sim.booking import create_event
from booking_sim.database import connect
from booking_sim.database.scratch import empty_database
from booking_sim.errors import BookingSimError
from booking_sim.queries import load, names
from booking_sim.resources import DATA
from booking_sim.strategies import Strategy
from booking_sim.strategies.applying import scratch


class NotStagedError(BookingSimError):
    """A state that a contestant cannot be brought to: the goals of that phase count as not reached."""


STATES = ("fresh", "sold", "expired", "returned")

_QUANTITY = 10  # tickets a call in the staging of sales: an intent is rarely for one
_HOLD_MS = 0.6  # what one staged hold takes at most, at the first trial
_LATE_S = 1.0


@dataclass(frozen=True, slots=True)
class Sale:
    """Events on sale.

    Attributes:
        first_event: The lowest id; the ids follow one another.
        last_event: The highest.
        tickets: At each event.
    """

    first_event: int
    last_event: int
    tickets: int

    @property
    def variables(self) -> dict[str, int]:
        """What scripts of pgbench call them."""
        ids = {"event": self.first_event, "first_event": self.first_event, "last_event": self.last_event}
        return ids | {"tickets": self.tickets}


class Contestant(Protocol):
    """Anything that can be brought to a phase, and called."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    @property
    def script(self) -> str:
        """A script of pgbench that makes one call."""

    @property
    def states(self) -> tuple[str, ...]:
        """The states that it can be brought to: some of STATES."""

    @property
    def retry(self) -> bool:
        """Whether its client repeats a transaction that failed to serialize, or in a deadlock."""

    def database(self, url: str) -> AbstractContextManager[str]:
        """Make a scratch database with its schema on the server of a URL; give its URL."""

    def sell(self, connection: Connection[Any], tickets: int, events: int) -> Sale:
        """Put events on sale, with this number of tickets each."""

    def bring(self, connection: Connection[Any], sale: Sale, state: str, sold: int) -> None:
        """Bring every event to a state; `sold` is how many tickets of each are sold in the state `sold`."""

    def held(self, connection: Connection[Any]) -> int:
        """How many calls were answered with tickets until now."""


@dataclass(frozen=True)
class Catalogued:
    """A strategy, called through `booking.reserve` and brought to a state by the contract's own calls."""

    strategy: Strategy
    states: ClassVar[tuple[str, ...]] = STATES

    @property
    def name(self) -> str:
        """The strategy's name."""
        return self.strategy.name

    @property
    def script(self) -> str:
        """A reservation of one ticket."""
        return load("bench/reserve")

    @property
    def retry(self) -> bool:
        """Whether the strategy asks for it."""
        return bool(self.strategy.retry)

    def database(self, url: str) -> AbstractContextManager[str]:
        """A migrated database with the strategy applied."""
        return scratch(url, self.strategy)

    def sell(self, connection: Connection[Any], tickets: int, events: int) -> Sale:
        """As Contestant."""
        ids = [create_event(connection, "bench", tickets) for _ in range(events)]
        return Sale(ids[0], ids[-1], tickets)

    def bring(self, connection: Connection[Any], sale: Sale, state: str, sold: int) -> None:
        """As Contestant.

        Raises:
            NotStagedError: The strategy does not give all the tickets there are to one caller.
        """
        connection.execute("set synchronous_commit = off")  # of this session, which is not measured
        for event_id in range(sale.first_event, sale.last_event + 1):
            if state == "sold":
                self._sell(connection, event_id, sold)
            elif state == "expired":
                self._expire(connection, event_id, sale.tickets)
            elif state == "returned":
                self._run(connection, "hold", event_id=event_id, calls=sale.tickets, due=time.time() + 3600)
                self._run(connection, "release", event_id=event_id)

    def held(self, connection: Connection[Any]) -> int:
        """As Contestant."""
        return _count(connection, load("bench/staging/held"))

    def hold(self, connection: Connection[Any], event_id: int, calls: int, due: float) -> None:
        """Hold tickets, one a call, until an instant in seconds since 1970."""
        self._run(connection, "hold", event_id=event_id, calls=calls, due=due)

    def _sell(self, connection: Connection[Any], event_id: int, sold: int) -> None:
        calls, rest = divmod(sold, _QUANTITY)
        self._run(connection, "sell", event_id=event_id, calls=calls, quantity=_QUANTITY)
        self._run(connection, "sell", event_id=event_id, calls=rest, quantity=1)

    def _expire(self, connection: Connection[Any], event_id: int, tickets: int) -> None:
        """Hold every ticket until one instant, and wait for it; if it comes too early, allow twice as much."""
        takes_s = 1 + tickets * _HOLD_MS / 1000
        while True:
            due = time.time() + takes_s
            self.hold(connection, event_id, tickets, due)
            time.sleep(max(0.0, due - time.time()))
            while time.time() < due + _LATE_S:  # a call reads the clock later than the staging does
                if _count(connection, load("bench/staging/expired"), {"event_id": event_id}) == tickets:
                    return
                time.sleep(0.05)
            takes_s *= 2

    def _run(self, connection: Connection[Any], name: str, **values: float) -> None:
        literals = {key: Literal(value) for key, value in values.items()}
        try:
            connection.execute(sql.SQL(load(f"bench/staging/{name}")).format(**literals))
        except psycopg.Error as error:
            raise NotStagedError(
                f"{self.name} could not be brought to the phase: {error.diag.message_primary or error}."
                " See what 'booking-sim strategies verify' says of it."
            ) from None


@dataclass(frozen=True)
class Altered(Catalogued):
    """A strategy in a schema with a constraint or an index more or less, called to reserve a ticket and to sell it.

    Attributes:
        alteration: A query of sql/alterations.sql; none: the schema as it is.
    """

    alteration: str = ""

    @property
    def name(self) -> str:
        """The alteration in words."""
        return self.alteration.replace("_", " ") or "schema as it is"

    @property
    def script(self) -> str:
        """A reservation of one ticket, and its sale."""
        return load("bench/reserve_and_confirm")

    @contextmanager
    def database(self, url: str) -> Iterator[str]:
        """A migrated database with the strategy and the alteration applied."""
        with scratch(url, self.strategy) as scratch_url:
            if self.alteration:
                with connect(scratch_url) as connection:
                    connection.execute(load(f"alterations/{self.alteration}"))
            yield scratch_url


ALTERATIONS = names("alterations")
"""What the phase `constraints` measures the cost of."""


@dataclass(frozen=True)
class System(ABC):
    """A system with a schema and calls of its own: texts of SQL, by the names that the module lists.

    Attributes:
        name: What the table calls it.
        call: The name of the script.
        extras: What adds to the schema.
    """

    name: str
    call: str = field(default="reserve", kw_only=True)
    extras: tuple[str, ...] = field(default=(), kw_only=True)
    retry: ClassVar[bool] = True

    @abstractmethod
    def _has(self, name: str) -> bool:
        """Whether there is such a text."""

    @abstractmethod
    def _text(self, name: str) -> str:
        """A text."""

    @abstractmethod
    def _where(self, name: str) -> str:
        """Where a text is, for messages."""

    @property
    def script(self) -> str:
        """The text of the script."""
        return self._text(self.call)

    @property
    def states(self) -> tuple[str, ...]:
        """Those that there is a text for."""
        return tuple(state for state in STATES if state == "fresh" or self._has(f"state_{state}"))

    @contextmanager
    def database(self, url: str) -> Iterator[str]:
        """A database with the schema."""
        with empty_database(url) as scratch_url:
            with connect(scratch_url) as connection:
                for name in ("schema", *self.extras):
                    self._run(connection, name)
            yield scratch_url

    def sell(self, connection: Connection[Any], tickets: int, events: int) -> Sale:
        """As Contestant; one event is all that a system can put on sale."""
        if events != 1:
            raise BookingSimError(f"{self.name} can put one event on sale, not {events}.")
        row = self._run(connection, "sale", {"tickets": tickets})
        event_id = 1 if row is None else int(row[0])
        return Sale(event_id, event_id, tickets)

    def bring(self, connection: Connection[Any], sale: Sale, state: str, sold: int) -> None:
        """As Contestant.

        Raises:
            NotStagedError: The text of the state failed.
        """
        if state == "fresh":
            return
        try:
            self._run(connection, f"state_{state}", {"tickets": sale.tickets, "sold": sold})
        except BookingSimError as error:
            raise NotStagedError(str(error)) from None

    def held(self, connection: Connection[Any]) -> int:
        """As Contestant."""
        return _count(connection, self._text("held"))

    def check(self) -> None:
        """Find out whether the texts are there that every system needs.

        Raises:
            BookingSimError: One is not.
        """
        for name in ("schema", "sale", "held", self.call):
            self._text(name)

    def _run(
        self, connection: Connection[Any], name: str, parameters: dict[str, int] | None = None
    ) -> tuple[Any, ...] | None:
        """Run a text of any number of statements; the last row of the last one that has any."""
        row = None
        try:
            with ClientCursor(connection) as cursor:
                cursor.execute(cast("Any", self._text(name)), parameters)
                for results in cursor.results():
                    if results.description:
                        row = results.fetchone()
        except psycopg.Error as error:
            raise BookingSimError(f"'{self._where(name)}' failed: {error.diag.message_primary or error}.") from None
        return row


@dataclass(frozen=True)
class Folder(System):
    """A foreign system: a folder with a file for each text.

    Attributes:
        folder: Where the files are.
    """

    folder: Path

    def _has(self, name: str) -> bool:
        return self._path(name).exists()

    def _text(self, name: str) -> str:
        try:
            return self._path(name).read_text(encoding="utf-8")
        except OSError as error:
            raise BookingSimError(f"Cannot read '{self._path(name)}': {error.strerror}. A system needs it.") from None

    def _where(self, name: str) -> str:
        return str(self._path(name))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.sql"


@dataclass(frozen=True)
class Lean(System):
    """The lean functions: the named queries of sql/lean.sql."""

    def _has(self, name: str) -> bool:
        return name in names("lean")

    def _text(self, name: str) -> str:
        return load(f"lean/{name}")

    def _where(self, name: str) -> str:
        return f"lean/{name}"


BASELINE = Lean("lean baseline")
ONE_ROW_READ = Lean("one-row read", call="refuse")
SKIP_LOCKED = Lean("plain SKIP LOCKED", call="skip_locked", extras=("available",))
RANDOM_START = Lean("bare random start", call="random_start", extras=("available",))


def _count(connection: Connection[Any], query: str, parameters: dict[str, int] | None = None) -> int:
    row = connection.execute(cast("Any", query), parameters).fetchone()
    return int(cast("tuple[int]", row)[0])


def find_systems(chosen: tuple[str, ...]) -> tuple[Contestant, ...]:
    """Find foreign systems.

    Args:
        chosen: Names of folders below data/systems, or paths of folders; none: all below data/systems, and the two bare
            functions.

    Raises:
        BookingSimError: There is no such folder, or a file is missing in it.
    """
    folders = {path.parent.name: path.parent for path in sorted((DATA / "systems").glob("*/schema.sql"))}
    bare = (SKIP_LOCKED, RANDOM_START)
    if not chosen:
        return (*(Folder(name, folder) for name, folder in folders.items()), *bare)
    found = []
    for name in chosen:
        folder = folders.get(name, Path(name))
        if not (folder / "schema.sql").exists():
            known = f"choose from {', '.join(folders)}, or " if folders else ""
            raise BookingSimError(f"System {name!r} is unknown: {known}give the path of a folder with a schema.sql.")
        system = Folder(folder.resolve().name, folder)
        system.check()
        found.append(system)
    return tuple(found)
