"""What is left to chance for a buyer: counter-based draws, so one seed is the same buyers in a surge and in a forecast.

A draw depends on nothing but the seed, the buyer, the buyer session, the purpose and how often that purpose was drawn
before: whoever draws, in whatever order, gets the same number. The functions are written so that the forecast can
compile them with numba; plain Python takes and gives `int`. They call nothing: who compiles one need not compile
another.

The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), addressed by its counter. A change here gives every
seed other buyers; the compiled copies of the forecast are made anew then.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import cache
from itertools import accumulate
from math import log1p

MASK = 0xFFFF_FFFF_FFFF_FFFF
GOLDEN = 0x9E37_79B9_7F4A_7C15
_FIRST = 0xBF58_476D_1CE4_E5B9
_SECOND = 0x94D0_49BB_1331_11EB
_LAST_33, _LAST_34, _LAST_37, _LAST_53 = 2**33 - 1, 2**34 - 1, 2**37 - 1, 2**53 - 1
"""Where a compiler takes 64 bits for a number with a sign, a shift to the right repeats the sign: these cut it off."""


class Purpose(IntEnum):
    """What a draw decides. The numbers are part of what a seed means."""

    KIND = 0
    EVENT = 1
    QUANTITY = 2
    PAYMENT = 3
    THINK = 4
    REFRESH = 5
    """The pause before a refresh; the first is count 0."""
    RETRY = 6
    """The pause before a retry; the first is count 0, over all calls of the session."""


def mix(state: int) -> int:
    """Scramble 64 bits: of states that differ in one bit, half of the bits differ.

    Args:
        state: An unsigned number; above 64 bits the rest is dropped.

    Returns:
        64 bits, unsigned.
    """
    bits = state & MASK
    bits = ((bits ^ ((bits >> 30) & _LAST_34)) * _FIRST) & MASK
    bits = ((bits ^ ((bits >> 27) & _LAST_37)) * _SECOND) & MASK
    return bits ^ ((bits >> 31) & _LAST_33)


def step(key: int, counter: int) -> int:
    """The state at one place of the sequence that begins with a key: what `mix` makes a draw of.

    `mix(step(0, seed))` is the key of a run, `mix(step(run_key, buyer))` the key of a buyer, and
    `mix(step(buyer_key, place(...)))` the bits of a draw.
    """
    return (key + (counter + 1) * GOLDEN) & MASK


def place(session: int, purpose: int, count: int) -> int:
    """Where the draws of a buyer for one purpose are.

    Args:
        session: The buyer session, from 0; the draws for KIND and EVENT are those of session 0.
        purpose: One of Purpose.
        count: How often that was drawn before in this session.
    """
    return (((session << 8) | purpose) << 32) | count


def unit(bits: int) -> float:
    """A number from 0 up to but not including 1, of 64 bits: a multiple of 2**-53."""
    return ((bits >> 11) & _LAST_53) * 1.1102230246251565e-16


def choose(cumulative: Sequence[float], begin: int, end: int, drawn: float) -> int:
    """Choose one of several by their weights.

    Args:
        cumulative: Weights added up, as shares of their sum; those from `begin` to before `end` count.
        begin: The first.
        end: The one after the last.
        drawn: From 0 to below 1.

    Returns:
        The index of the first whose cumulative share is above what was drawn; else the last.
    """
    while begin < end - 1 and drawn >= cumulative[begin]:
        begin += 1
    return begin


def length(least: float, most: float, drawn: float) -> float:
    """Draw a length of time.

    Args:
        least: The least; or the mean of an exponential one.
        most: The greatest; below 0: exponential.
        drawn: From 0 to below 1.
    """
    if most < 0:
        return -least * log1p(-drawn)
    return least + (most - least) * drawn


def shares(weights: Iterable[float]) -> tuple[float, ...]:
    """Weights added up, as shares of their sum: what `choose` takes; the last is 1."""
    sums = tuple(accumulate(weights))
    return tuple(part / sums[-1] for part in sums)


@cache
def run_key(seed: int) -> int:
    """The key of a run, as `step` says."""
    return mix(step(0, seed))


class Draws:
    """The draws of one buyer, for callers that compile nothing.

    Args:
        seed: Of the run.
        buyer: From 0, in the order in which they come.

    Example:
        What the buyer's second session draws for its payment:

            from booking_sim.scenario.draws import Draws, Purpose

            Draws(seed=7, buyer=12).unit(Purpose.PAYMENT, session=1)
    """

    __slots__ = ("_buyer", "_key", "_seed")

    def __init__(self, seed: int, buyer: int) -> None:
        self._seed = seed
        self._buyer = buyer
        self._key: int | None = None  # computed by the first draw: many buyers draw nothing

    def unit(self, purpose: Purpose, session: int = 0, count: int = 0) -> float:
        """A number from 0 up to but not including 1."""
        if self._key is None:
            self._key = mix(step(run_key(self._seed), self._buyer))
        return unit(mix(step(self._key, place(session, purpose, count))))
