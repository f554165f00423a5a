"""The bar that shows how far a surge has come: on a terminal or in a notebook, and nowhere else."""

import sys
import warnings
from types import TracebackType
from typing import Self

import pyarrow.compute as pc
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
        self._counts = dict.fromkeys(OUTCOMES, 0)
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
        for count in pc.value_counts(batch.attempts["outcome"]).to_pylist():
            self._counts[count["values"]] += count["counts"]
        self._bar.set_postfix({name: f"{count:,}" for name, count in self._counts.items() if count}, refresh=False)
        self._bar.update(batch.buyers_done)


def _somebody_looks() -> bool:
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel.")
