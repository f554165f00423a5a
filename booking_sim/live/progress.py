"""The progress bar of a surge, on a terminal or in a notebook."""

import sys
import time
import warnings
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from tqdm import TqdmWarning

from booking_sim.live.tally import Tally
from booking_sim.records.attempts import OUTCOMES
from booking_sim.records.batch import Batch

with warnings.catch_warnings():
    warnings.simplefilter("ignore", TqdmWarning)  # a notebook without widgets gets the bar as text
    from tqdm.auto import tqdm

__all__ = ["Progress", "View", "is_interactive", "tqdm"]

OUTCOME_LABELS = {outcome: outcome for outcome in OUTCOMES} | {
    "hold_expired": "hold expired",
    "sold_out": "refused",
    "timed_out": "timed out",
    "gave_up": "gave up",
    "error": "failed",
}
"""The outcomes of attempts, as a running surge shows them."""

_FORMAT = "|{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]{postfix}"
"""Short, and the p99 follows at once: on a narrow terminal the counts at the end are cut off."""


class View(AbstractContextManager["View"], Protocol):
    """What shows a surge while it runs, inside its context."""

    def add(self, batch: Batch) -> None:
        """Count a batch of a worker, and show the counts."""


class Progress:
    """Shows the buyers who left, the attempts by outcome, and the current rate and p99.

    Args:
        tally: The counts to show.
        show: Whether to show a bar; None: if it is interactive.
    """

    def __init__(self, tally: Tally, *, show: bool | None) -> None:
        self._tally = tally
        self._bar = tqdm(
            total=tally.buyers,
            bar_format=_FORMAT,
            file=sys.stderr,
            disable=not (is_interactive() if show is None else show),
            dynamic_ncols=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def add(self, batch: Batch) -> None:
        """Count a batch of a worker, and show the counts."""
        if not self._bar.disable and self._tally.began_at is None:
            # The time shown counts from the start of the run, not from before the workers were ready.
            self._bar.start_t = self._bar.last_print_t = time.time()
        self._tally.add(batch)
        if not self._bar.disable:
            self._bar.set_postfix_str(_postfix(self._tally), refresh=False)
            self._bar.update(self._tally.buyers_done - self._bar.n)


def _postfix(tally: Tally) -> str:
    counts = tally.outcomes
    shown = [f"{counts[outcome]:,} {OUTCOME_LABELS[outcome]}" for outcome in OUTCOMES if counts[outcome]]
    p99 = [] if tally.p99_ms is None else [f"p99 {tally.p99_ms:,.3g} ms"]
    return ", ".join([*p99, f"{tally.rate:,.0f}/s", *shown])


def is_interactive() -> bool:
    """Whether a person can see a bar: on a terminal, or in a notebook."""
    return sys.stderr.isatty() or type(sys.stderr).__module__.startswith("ipykernel.")
