"""Compiles the event loop where numba is installed; without it the same functions run as they are, slowly."""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., Any])

try:
    import numba
except ImportError:
    numba = None

IS_COMPILED = numba is not None and not numba.config.DISABLE_JIT
"""Whether there is a compiler; the extra `booking-sim[forecast]` brings it."""

unsigned: Callable[[int], int] = np.uint64 if IS_COMPILED else int  # type: ignore[assignment]  # both are 64 bits here
"""Makes a number one of the unsigned 64 bits that draws are made of: Python's own have no end, and need no type."""


def compiled(function: F) -> F:
    """Compile a function for those that call it."""
    return numba.njit(error_model="numpy", nogil=True)(function) if IS_COMPILED else function


def compiled_and_kept(function: F) -> F:
    """Compile a function with all that it calls, at its first call, and keep that for the next process.

    What was kept is found by the function's own file and by the values that it takes from around it, and by nothing in
    the functions that it calls: let it take a digest of their source.
    """
    return numba.njit(error_model="numpy", nogil=True, cache=True)(function) if IS_COMPILED else function
