"""What claims without a violation say about how rare violations are: the rule of three, computed exactly."""

import math
from dataclasses import dataclass
from typing import Any

LEVEL = 0.95
"""The share of such statements that are true, if claims break the contract independently of each other."""

_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Confidence:
    """What can be said after a number of claims none of which broke the contract.

    If one claim in k did, n claims would all pass with the probability (1 - 1/k)**n. Of all k for which that is at
    least 1 - LEVEL, `one_in` is the greatest; k is above it with the confidence LEVEL.

    Attributes:
        claims: How many claims were checked, at least one.

    Example:
        >>> str(Confidence(40_000))
        'no violation in 40,000 claims: rarer than 1 in 13,000 with 95 % confidence'
    """

    claims: int

    @property
    def rate(self) -> float:
        """The share of claims that violations stay below: 1 - 0.05**(1/n)."""
        return -math.expm1(math.log1p(-LEVEL) / self.claims)  # the plain formula loses its digits for a large n

    @property
    def one_in(self) -> float:
        """The same as a number of claims for each violation."""
        return 1 / self.rate

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers and the sentence, by name, for JSON."""
        return {"claims": self.claims, "level": LEVEL, "rarer_than_one_in": self.one_in, "text": str(self)}

    def __str__(self) -> str:
        """Say it in one line; the number is rounded down to two digits, so that it promises nothing more."""
        unit = 10 ** max(0, math.floor(math.log10(self.one_in)) + 1 - _DIGITS)
        return (
            f"no violation in {self.claims:,} claims: rarer than 1 in {math.floor(self.one_in / unit) * unit:,}"
            f" with {LEVEL:.0%} confidence".replace("%", " %")
        )
