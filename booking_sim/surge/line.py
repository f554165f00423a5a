"""One connection as a buyer sees it: it takes a call, has it written down, and is reopened when it is lost."""

import asyncio
import time
from typing import Any

import psycopg
from psycopg import AsyncConnection

from booking_sim.attempts import Attempt, Call, Phase
from booking_sim.booking import reserve
from booking_sim.database import connect_async, redact
from booking_sim.errors import BookingSimError
from booking_sim.surge.messages import Share
from booking_sim.surge.recorder import Recorder


class Line:
    """A connection of one worker.

    Args:
        share: What the worker has to do.
        number: This connection's, counted over all workers.
        recorder: Where the attempts are written down.

    Attributes:
        started_at: The start of the run, an instant of `time.monotonic()`: all processes of a machine share that clock.
    """

    def __init__(self, share: Share, number: int, recorder: Recorder) -> None:
        self.started_at = 0.0
        self._share = share
        self._number = number
        self._recorder = recorder
        # One request a buyer: asking again, when the answer was lost, never takes a second ticket.
        self._request_key = f"event {share.event_id}"
        self._connection: AsyncConnection[Any] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the connection stands, as far as its last use told."""
        return self._connection is not None and not self._connection.closed

    async def open(self) -> AsyncConnection[Any]:
        """Connect; a statement is prepared when it is first used.

        Raises:
            BookingSimError: There is no connection to be had.
        """
        self._connection = await connect_async(self._share.url, application_name=self._share.application_name)
        self._connection.prepare_threshold = 0
        return self._connection

    async def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            await self._connection.close()

    async def reserve(self, buyer: int, number: int) -> Attempt:
        """Reserve for a buyer, on a new connection if the old one is lost.

        Args:
            buyer: Who.
            number: This attempt's, of this buyer's.

        Returns:
            What came of it; it is written down. An error is an outcome too.
        """
        scenario = self._share.scenario
        phase = Phase.CONNECTING
        sent = time.monotonic()
        try:
            connection = self._connection if self._connection and self.is_open else await self.open()
            phase = Phase.CALL_SENT
            sent = time.monotonic()
            answer = await reserve(
                connection,
                self._share.event_id,
                f"buyer {buyer}",
                scenario.quantity,
                hold_for=scenario.hold,
                request_key=self._request_key,
            )
        except (psycopg.Error, BookingSimError) as error:
            if phase is Phase.CALL_SENT and self.is_open:
                phase = Phase.ANSWERED
            outcome = "unknown" if phase is Phase.CALL_SENT else "error"
            sqlstate = getattr(error, "sqlstate", None)
            reason = redact(str(error)).splitlines()[0]
            return self._record(buyer, number, sent, outcome, sqlstate=sqlstate, error=reason, phase=phase)
        except asyncio.CancelledError:  # the run ends; psycopg has cancelled the call on the server too
            self._record(buyer, number, sent, "unknown", error="stopped before the answer came", phase=phase)
            raise
        return self._record(
            buyer,
            number,
            sent,
            answer.outcome.value,
            intent_id=answer.intent_id,
            ticket_nos=answer.ticket_nos or None,
            hold_expires_at=answer.hold_expires_at,
        )

    def _record(self, buyer: int, number: int, sent: float, outcome: str, **details: Any) -> Attempt:
        attempt = Attempt(
            buyer=buyer,
            kind="buyer",
            attempt=number,
            call=Call.RESERVE,
            event=self._share.event_id,
            worker=self._share.worker,
            connection=self._number,
            scheduled_at=sent - self.started_at,
            wanted_at=sent - self.started_at,
            sent_at=sent - self.started_at,
            latency_ms=(time.monotonic() - sent) * 1000,
            outcome=outcome,
            **details,
        )
        self._recorder.add(attempt)
        return attempt
