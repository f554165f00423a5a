"""Time cut into bins that people can read off an axis."""

import numpy as np
import numpy.typing as npt
import pandas as pd

_NICE = (1, 2, 5, 10)


def nice_width(length: float, bins: int) -> float:
    """The least 1, 2 or 5 times a power of ten that covers a length in so many bins."""
    least = max(length, 1e-9) / bins
    magnitude = 10.0 ** np.floor(np.log10(least))
    return float(next(nice * magnitude for nice in _NICE if nice * magnitude >= least))


def fair(bins: int | None, most: int, samples: int, each: int) -> int:
    """How many bins there may be: as many as asked for, or else as hold so many samples each on average; at least 3."""
    return bins or min(most, max(samples // each, 3))


def cut(seconds: npt.ArrayLike, bins: int) -> tuple[npt.NDArray[np.intp], pd.Index]:
    """Cut the time from 0 to the last of some moments into bins.

    Args:
        seconds: The moments.
        bins: How many bins there may be at most, besides one for a moment at the very
            end; their width is 1, 2 or 5 times a power of ten.

    Returns:
        The bin of each moment, and the start of each bin in seconds.
    """
    moments = np.asarray(seconds, dtype=float)
    width = nice_width(moments.max(initial=0.0), bins)
    bin_of = (moments / width).astype(np.intp)
    return bin_of, pd.Index(np.arange(bin_of.max(initial=0) + 1) * width, name="seconds")
