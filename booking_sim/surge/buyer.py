"""What one buyer does: asks for tickets, and asks again while the answer leaves hope."""

import asyncio
from collections.abc import Collection

import numpy as np

from booking_sim.attempts import Attempt, Phase
from booking_sim.surge.line import Line

TRIES = 10
"""Attempts a buyer makes before giving up."""

_FIRST_WAIT_S = 0.01
_LONGEST_WAIT_S = 1.0


async def buy(buyer: int, line: Line, seed: int, retry: Collection[str] = ()) -> None:
    """Ask for tickets until the answer is final, or TRIES times.

    `held`, `sold_out` and an error that the database answered with are final, but for the SQLSTATEs in `retry`. After
    one of these, after `contended`, or when the connection was lost, the buyer waits, twice as long each time and give
    or take a half, and asks again.
    """
    for number in range(1, TRIES):
        attempt = await line.reserve(buyer, number)
        if _is_final(attempt) and attempt.sqlstate not in retry:
            return
        await asyncio.sleep(_wait_s(seed, buyer, number))
    await line.reserve(buyer, TRIES)


def _is_final(attempt: Attempt) -> bool:
    return attempt.outcome != "contended" and attempt.phase not in {Phase.CONNECTING, Phase.CALL_SENT}


def _wait_s(seed: int, buyer: int, number: int) -> float:
    """The same for the same seed, on any number of workers."""
    jitter = float(np.random.default_rng((seed, buyer, number)).uniform(0.5, 1.5))
    return jitter * min(_FIRST_WAIT_S * 2.0 ** (number - 1), _LONGEST_WAIT_S)
