"""The bar that shows how far a surge has come: on a terminal or in a notebook, and nowhere else."""

import sys
import warnings
from types import TracebackType
from typing import Self

from tqdm import TqdmWarning

from booking_sim.attempts import OUTCOMES
from booking_sim.surge.messages import Batch
from booking_sim.surge.tally import Tally

with warnings.catch_warnings():
    warnings.simplefilter("ignore", TqdmWarning)  # a notebook without widgets gets the bar as text
    from tqdm.auto import tqdm


class Progress:
    """Shows buyers who had their last word, and attempts by outcome.

    Args:
        tally: What is shown.
        show: Whether to show a bar; None: if somebody is there to see it.
    """

    def __init__(self, tally: Tally, *, show: bool | None) -> None:
        self._tally = tally
        self._bar = tqdm(
            total=tally.buyers,
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
        """Count what a worker reports, and show it."""
        self._tally.add(batch)
        counts = self._tally.outcomes
        self._bar.set_postfix({word: f"{counts[word]:,}" for word in OUTCOMES if counts[word]}, refresh=False)
        self._bar.update(self._tally.buyers_done - self._bar.n)


def _somebody_looks() -> bool:
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel.")
