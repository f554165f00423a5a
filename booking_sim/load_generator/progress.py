"""The bar that shows how far a surge has come: on a terminal or in a notebook, and nowhere else."""

import sys
import warnings
from types import TracebackType
from typing import Self

from tqdm import TqdmWarning

from booking_sim.load_generator.tally import Tally
from booking_sim.load_generator.worker.messages import Batch
from booking_sim.records.attempts import OUTCOMES

with warnings.catch_warnings():
    warnings.simplefilter("ignore", TqdmWarning)  # a notebook without widgets gets the bar as text
    from tqdm.auto import tqdm

__all__ = ["Progress", "somebody_looks", "tqdm"]

WORDS = {outcome: outcome for outcome in OUTCOMES} | {
    "sold_out": "refused",
    "timed_out": "timed out",
    "gave_up": "gave up",
    "error": "failed",
}
"""What came of attempts, as it is told while a surge runs."""

_FORMAT = "|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]{postfix}"
"""Short, so that there is room for the figures on a terminal of 80 columns."""


class Progress:
    """Shows the buyers who had their last word, what attempts ended in, and the rate and p99 of late.

    Args:
        tally: What is shown.
        show: Whether to show a bar; None: if somebody is there to see it.
    """

    def __init__(self, tally: Tally, *, show: bool | None) -> None:
        self._tally = tally
        self._bar = tqdm(
            total=tally.buyers,
            bar_format=_FORMAT,
            file=sys.stderr,
            disable=not (somebody_looks() if show is None else show),
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
        if not self._bar.disable:
            self._bar.set_postfix_str(_words(self._tally), refresh=False)
            self._bar.update(self._tally.buyers_done - self._bar.n)


def _words(tally: Tally) -> str:
    counts = tally.outcomes
    shown = [f"{counts[outcome]:,} {WORDS[outcome]}" for outcome in OUTCOMES if counts[outcome]]
    p99 = [] if tally.p99_ms is None else [f"p99 {tally.p99_ms:,.3g} ms"]
    return ", ".join([*shown, f"{tally.rate:,.0f}/s", *p99])


def somebody_looks() -> bool:
    """Whether a bar would be seen: on a terminal, or in a notebook."""
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel.")
