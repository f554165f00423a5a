"""Runs the points against a strategy, in a scratch database, and says which it keeps."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Any

import psycopg
from psycopg import Connection

from booking_sim.contract import answers, counts, deadlines, proved, shape, stress, truth
from booking_sim.contract.point import Point
from booking_sim.contract.rule_of_three import Confidence
from booking_sim.contract.subject import BOUNDS, Broken, OnProgress, Subject, count_intents
from booking_sim.database import connect
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.strategies import Strategy
from booking_sim.strategies.applying import scratch

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
    stress.everything_at_once,
    truth.never_waits,
    truth.crossing_transactions,
    stress.one_holder,
    proved.proved,
    shape.audited,
)
"""Every point, in the order in which they are checked: the audit last, over what the others left."""

STRESS_FOR = timedelta(seconds=5)
"""How long each of STRESSING lasts unless said otherwise: a fault of one claim in a thousand is seldom missed."""

STRESSING = (stress.one_holder, proved.proved)
"""The points that last as long as one likes: they find what is rare."""


@dataclass(frozen=True, slots=True)
class PointResult:
    """The result of one point.

    Attributes:
        point: Its name.
        sentence: What must be true.
        required: Whether the contract requires it, or it is only noted.
        problem: What was seen instead; None if the sentence is true.
        seconds: How long the check took.
        claims: How many holds were made and checked.
    """

    point: str
    sentence: str
    required: bool
    problem: str | None
    seconds: float
    claims: int

    @property
    def verdict(self) -> str:
        """The result in a word: ``pass``, ``FAIL``, or ``note`` for a problem that the contract permits."""
        if self.problem is None:
            return "pass"
        return "FAIL" if self.required else "note"


def verify(
    strategy: Strategy,
    url: str,
    *,
    stress_for: timedelta = STRESS_FOR,
    progress: OnProgress = lambda *_: None,
) -> Generator[PointResult]:
    """Check a strategy against the contract, one point after the other.

    Args:
        strategy: What to check, from `booking_sim.strategies.find`.
        url: A libpq URL of any database of the server to check it on; its data is not changed.
        stress_for: How long each of the points in STRESSING lasts, which find what is rare.
        progress: Called a few times a second under stress: claims so far, seconds so far, seconds in all.

    Yields:
        A result for each of POINTS, as it is found. `kept` gives the verdict on all, `confidence` what they say
        about rare faults.

    Raises:
        BookingSimError: There is no right to make a database, the file does not apply, or `stress_for` is not above 0.
    """
    if stress_for <= timedelta(0):
        raise SettingError(f"stress_for={stress_for} is invalid: expected a duration above 0, such as 1m.")
    with scratch(url, strategy) as scratch_url, connect(scratch_url) as admin:
        claims = 0
        for point in POINTS:
            with connect(scratch_url, settings=BOUNDS) as connection:
                subject = Subject(scratch_url, connection, strategy, stress_for, progress)
                start = monotonic()
                problem, elsewhere = _checked(point, subject)
                seconds = monotonic() - start
            before, claims = claims, _claims(admin)
            yield PointResult(point.name, point.sentence, point.required, problem, seconds, claims - before + elsewhere)


def kept(results: Iterable[PointResult]) -> bool:
    """Whether the contract is kept: every point that is required."""
    return all(result.problem is None for result in results if result.required)


def confidence(results: Iterable[PointResult]) -> Confidence | None:
    """Say how rare a violation must be, if there was none among the claims of the points in STRESSING.

    Only these claims count: each was compared with every other hold of its tickets.

    Args:
        results: What `verify` yielded, all of it.

    Returns:
        None if the contract is broken: then nothing is rare.
    """
    results = list(results)
    claims = under_stress(results)
    return Confidence(claims) if kept(results) and claims else None


def under_stress(results: Iterable[PointResult]) -> int:
    """How many claims the points in STRESSING made."""
    names = {point.name for point in STRESSING}
    return sum(result.claims for result in results if result.point in names)


def _claims(connection: Connection[Any]) -> int:
    try:
        return count_intents(connection).made
    except psycopg.Error:  # the strategy's file has done away with the table, which the points report
        return 0


def _checked(point: Point, subject: Subject) -> tuple[str | None, int]:
    """What is wrong, and how many claims were made elsewhere."""
    try:
        return None, point.check(subject) or 0
    except (Broken, BookingSimError) as error:
        return str(error), 0
    except psycopg.Error as error:
        return f"{error.sqlstate or 'connection lost'}: {error.diag.message_primary or error}", 0
    except (TypeError, ValueError) as error:
        return f"an answer that makes no sense: {error}", 0
