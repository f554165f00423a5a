"""Runs the points against a strategy, in a scratch database, and says which it keeps."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic

import psycopg
from psycopg.sql import SQL, Identifier

from booking_sim.contract import answers, counts, deadlines, shape, truth
from booking_sim.contract.point import Point
from booking_sim.contract.subject import Broken, Subject
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.queries import load
from booking_sim.strategies import Strategy, scratch

POINTS: tuple[Point, ...] = (
    shape.signatures,
    shape.bad_input,
    answers.confirm_and_release,
    answers.rolled_back,
    answers.request_keys,
    counts.one_ticket_each,
    counts.all_or_nothing,
    truth.last_ticket_locked,
    truth.last_ticket_taken,
    deadlines.reserved_at_the_deadline,
    deadlines.confirmed_late,
    deadlines.held_after_waiting,
    counts.everything_at_once,
    truth.never_waits,
    truth.crossing_transactions,
    shape.audited,
)
"""Every point, in the order in which they are checked: the audit last, over what the others left."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one point.

    Attributes:
        point: Its name.
        sentence: What must be true.
        required: Whether the contract asks for it, or it is only noted.
        problem: What was seen instead; None if the sentence is true.
        seconds: How long the check took.
    """

    point: str
    sentence: str
    required: bool
    problem: str | None
    seconds: float

    @property
    def verdict(self) -> str:
        """The finding in a word: ``pass``, ``FAIL``, or ``note`` for what is not required."""
        if self.problem is None:
            return "pass"
        return "FAIL" if self.required else "note"


def verify(strategy: Strategy, url: str) -> Iterator[Finding]:
    """Check a strategy against the contract, one point after the other.

    Args:
        strategy: What to check, from `booking_sim.strategies.find`.
        url: A libpq URL of any database of the server to check it on; nothing in it is touched.

    Yields:
        A finding for each of POINTS, as it is found; `kept` gives the verdict on all.

    Raises:
        BookingSimError: There is no right to make a database, or the file does not apply.
    """
    with scratch(url, strategy) as scratch_url:
        with connect(scratch_url) as admin:
            admin.execute(SQL(load("contract/bounds")).format(name=Identifier(admin.info.dbname)))
        for point in POINTS:
            with connect(scratch_url) as connection:
                subject = Subject(scratch_url, connection, strategy.retry)
                start = monotonic()
                problem = _problem(point, subject)
                yield Finding(point.name, point.sentence, point.required, problem, monotonic() - start)


def kept(findings: Iterable[Finding]) -> bool:
    """Whether the contract is kept: every point that is required."""
    return all(finding.problem is None for finding in findings if finding.required)


def _problem(point: Point, subject: Subject) -> str | None:
    try:
        point.check(subject)
    except (Broken, BookingSimError) as error:
        return str(error)
    except psycopg.Error as error:
        return f"{error.sqlstate or 'connection lost'}: {error.diag.message_primary or error}"
    except (TypeError, ValueError) as error:
        return f"an answer that makes no sense: {error}"
    return None
