"""Time cut into bins whose edges are easy to read on an axis."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

_NICE = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Instants, sorted into bins of equal width that begin at 0.

    Attributes:
        number: The bin of each instant, counted from 0.
        starts: The start of each bin, in seconds.
        width: How long each bin is, in seconds.
    """

    number: npt.NDArray[np.intp]
    starts: pd.Index
    width: float

    def of(self, seconds: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """The bin of each of some other instants."""
        return _number(seconds, self.width)


def nice_width(length: float, bins: int) -> float:
    """The least 1, 2 or 5 times a power of ten that covers a length in at most `bins` bins."""
    least = max(length, 1e-9) / bins
    magnitude = 10.0 ** np.floor(np.log10(least))
    return float(next(nice * magnitude for nice in _NICE if nice * magnitude >= least))


def default_bins(bins: int | None, most: int, samples: int, each: int) -> int:
    """The number of bins asked for; else up to `most`, with `each` samples in a bin on average; at least 3."""
    return bins or min(most, max(samples // each, 3))


def cut(seconds: npt.ArrayLike, bins: int) -> Bins:
    """Cut the time from 0 to the last of some instants into bins.

    Args:
        seconds: The instants.
        bins: How many bins there may be at most, besides one for an instant at the very
            end; their width is 1, 2 or 5 times a power of ten.

    Returns:
        The bins; one second wide if all instants are 0, since no rate follows from
        them.

    Example:
        >>> cut([0.0, 0.4, 1.7], bins=4).number.tolist()
        [0, 0, 3]
    """
    instants = np.asarray(seconds, dtype=float)
    last = instants.max(initial=0.0)
    width = nice_width(last, bins) if last else 1.0
    number = _number(instants, width)
    return Bins(number, pd.Index(np.arange(np.max(number, initial=0) + 1) * width, name="seconds"), width)


def _number(seconds: npt.ArrayLike, width: float) -> npt.NDArray[np.intp]:
    return (np.asarray(seconds, dtype=float) / width).astype(np.intp)


def edges(starts: pd.Index) -> npt.NDArray[np.float64]:
    """The edges of bins that are known by their starts: one more than there are bins.

    Args:
        starts: As `Bins.starts`, or the index of a frame that has a row for each bin. A
            single bin counts as one second wide.
    """
    first = starts.to_numpy(dtype=float)
    width = first[1] - first[0] if len(first) > 1 else 1.0
    return np.append(first, first[-1] + width)
