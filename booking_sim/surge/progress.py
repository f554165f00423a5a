"""The bar that shows how far a surge has come: on a terminal or in a notebook, and nowhere else."""

import sys
import warnings
from collections import Counter
from types import TracebackType
from typing import Self

from tqdm import TqdmWarning

from booking_sim.attempts import OUTCOMES
from booking_sim.surge.messages import Batch

with warnings.catch_warnings():
    warnings.simplefilter("ignore", TqdmWarning)  # a notebook without widgets gets the bar as text
    from tqdm.auto import tqdm


class Progress:
    """Counts buyers who had their last word, and attempts by outcome.

    Args:
        buyers: How many there are.
        show: Whether to show a bar; None: if somebody is there to see it.
    """

    def __init__(self, buyers: int, *, show: bool | None) -> None:
        self._counts = Counter[str]()
        self._bar = tqdm(
            total=buyers,
            unit=" buyers",
            desc="surge",
            file=sys.stderr,
            disable=not (_somebody_looks() if show is None else show),
            dynamic_ncols=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def add(self, batch: Batch) -> None:
        """Move the bar on."""
        self._counts.update(batch.outcomes)
        shown = {outcome: f"{self._counts[outcome]:,}" for outcome in OUTCOMES if self._counts[outcome]}
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update(batch.buyers_done)


def _somebody_looks() -> bool:
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel.")
