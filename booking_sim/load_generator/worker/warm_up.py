"""Warms a connection before the run: the server compiles each call and plans its statements once for every session.

All calls are made on an event of their own, in a transaction that is rolled back: they leave no row in any table.
The first call of a cold connection can take a hundred times as long as the next.
"""

from collections.abc import Callable, Generator

from booking_sim.load_generator.worker.raw_connection import Failure, Owner, RawConnection, Row
from booking_sim.records.attempts import Call

_TICKETS = 12
_HELD = 6
"""From the sixth execution on, PostgreSQL may keep a generic plan; it makes that plan then."""
_PAIRS = 3
_REFUSED = 6
_HOLD = b"1 min"

Step = tuple[bytes, tuple[bytes, ...]] | bytes
"""A call and its parameters, or SQL."""


class WarmUp:
    """Plays the warm-up on one connection, as its owner, and gives it back to the owner before.

    Args:
        connection: An open one, without a call under way.
        done: Called at the end with the connection, and with what went wrong if it is still cold, else empty.
    """

    def __init__(self, connection: RawConnection, done: Callable[[RawConnection, str], None]) -> None:
        self._error = ""
        self._steps = self._play()
        self._done = done
        self._owner: Owner = connection.owner
        connection.owner = self
        self._send(connection, next(self._steps))

    def opened(self, connection: RawConnection) -> None:
        """Never called: it was open before."""
        raise AssertionError(connection.number)

    def answered(self, connection: RawConnection, answer: Row | Failure) -> None:
        """Make the next call; after an error, roll back."""
        if isinstance(answer, Failure):
            if answer.is_lost:
                return
            self._error = answer.message
            self._steps.close()
            self._steps = _roll_back()
            step = next(self._steps, None)
        else:
            try:
                step = self._steps.send(answer)
            except StopIteration:
                step = None
        if step is None:
            connection.owner = self._owner
            self._done(connection, self._error)
        else:
            self._send(connection, step)

    def lost(self, connection: RawConnection, reason: str) -> None:
        """Leave it to the owner."""
        connection.owner = self._owner
        self._owner.lost(connection, reason)

    def _play(self) -> Generator[Step, Row, None]:
        """Every call several times: single tickets, a group, payments, and the search after the last ticket."""
        yield b"begin"
        yield b"set local lock_timeout = '1s'"  # somebody may have the tables locked: then the run starts cold
        (event_id,) = yield b"select booking.create_event('warm-up', %d)" % _TICKETS
        reserve = Call.RESERVE.encode()
        user = b"warm-up %b" % (event_id or b"")  # one for each connection: request keys are unique for each user

        def request(quantity: int, key: bytes) -> Step:
            return reserve, (event_id or b"", user, b"%d" % quantity, _HOLD, b"warm-up %b" % key)

        intents = []
        for number in range(_HELD):
            row = yield request(1, b"%d" % number)
            if row[0] == b"held":
                intents.append(b"%d" % int.from_bytes(row[1] or b""))
            else:  # as where the tables are locked
                self._error = f"a reservation was {(row[0] or b'').decode()}"
                yield b"rollback"
                return
        for intent_id in intents[:_PAIRS]:
            yield Call.CONFIRM.encode(), (intent_id, user)
        for intent_id in intents[_PAIRS:]:
            yield Call.RELEASE.encode(), (intent_id, user)
        yield request(2, b"pair")
        for number in range(_TICKETS - _PAIRS - 2 + _REFUSED):
            yield request(1, b"last %d" % number)
        yield b"rollback"

    def _send(self, connection: RawConnection, step: Step) -> None:
        if isinstance(step, bytes):
            connection.send_text(step)
        else:
            connection.send(*step)


def _roll_back() -> Generator[Step, Row, None]:
    yield b"rollback"
