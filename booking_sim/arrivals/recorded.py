"""A curve that was recorded somewhere: arrivals counted in bins of time, from a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from booking_sim.arrivals.curve import FloatArray, Piece
from booking_sim.arrivals.parameters import Kind
from booking_sim.arrivals.profile import Profile, Shape
from booking_sim.arrivals.shapes import Stages
from booking_sim.errors import BookingSimError
from booking_sim.resources import DATA

if TYPE_CHECKING:
    import pandas as pd

CURVES = DATA / "curves"
_LAYOUT = "give two columns: start, when a bin starts (seconds, or ISO 8601 times), and arrivals, how many came in it"
_MOST_BINS = 1_000_000


def _take_path(given: Any) -> str:
    if not isinstance(given, str | Path) or not str(given) or '"' in str(given):
        raise TypeError
    return str(given)


PATH = Kind(
    wants="the path of a CSV or Parquet file",
    take=_take_path,
    read=str,
    write=lambda path: f'"{path}"' if set(path) & set(" ,()=+") else path,
    bare=True,
)


@dataclass(frozen=True)
class Recorded(Shape):
    """As many arrivals in each bin as were counted, at random within it: `recorded(curve.csv)`.

    The file is Parquet, or CSV in which what follows a # is a comment; it is looked for where the path says, then among
    the curves that come with the toolkit. Its columns are `start`, when a bin starts (seconds, or ISO 8601 times), and
    `arrivals`, how many came in it. The first bin starts at second 0 of the run; all are as long as the shortest step
    from one to the next, and those left out are empty.

    Raises:
        BookingSimError: There is no such file, or it holds something else.
    """

    path: Annotated[str, PATH]
    """Where the file is."""
    counts: tuple[int, ...] = field(init=False, repr=False)
    """Arrivals in each bin."""
    bin_width: float = field(init=False, repr=False)
    """Seconds."""

    def prepare(self) -> None:
        """Read the file."""
        starts, counts = _read(self.path)
        width = float(np.diff(starts).min())
        bins = (starts - starts[0]) / width
        if bins[-1] >= _MOST_BINS or np.abs(bins - np.round(bins)).max() > 1e-3:
            raise _broken(self.path, f"its bins are no multiples of the shortest, {width:g} s")
        every = np.zeros(round(bins[-1]) + 1, dtype=np.int64)
        every[np.round(bins).astype(np.int64)] = counts
        object.__setattr__(self, "counts", tuple(every.tolist()))
        object.__setattr__(self, "bin_width", width)

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals: in each bin a constant rate."""
        for count in self.counts:
            yield Piece(self.bin_width, count / self.bin_width, count / self.bin_width)

    def portable(self) -> Profile:
        """Its counts as stages, unless the file comes with the toolkit."""
        if (CURVES / self.path).is_file() and not Path(self.path).is_absolute():
            return self
        rates = [count / self.bin_width for count in self.counts]
        return Stages(tuple(stage for rate in rates for stage in ((0.0, rate), (self.bin_width, rate))))

    def draw(self, generators: Iterator[np.random.Generator]) -> FloatArray:
        """Place the arrivals of each bin at random within it."""
        bins = np.repeat(np.arange(len(self.counts)), self.counts)
        return np.asarray((bins + next(generators).random(len(bins))) * self.bin_width, dtype=np.float64)


def _read(path: str) -> tuple[FloatArray, FloatArray]:
    """Read when each bin starts, in seconds, and how many came in it."""
    frame = _frame(path)
    if missing := [name for name in ("start", "arrivals") if name not in frame]:
        raise _broken(path, f"it has no column {' and no column '.join(missing)}")
    if len(frame) < 2:
        raise _broken(path, f"it takes two bins to say how long one is, and it has {len(frame)}")
    try:
        starts, counts = _seconds(frame["start"]), frame["arrivals"].to_numpy(np.float64)
    except (TypeError, ValueError) as error:
        raise _broken(path, str(error).splitlines()[0]) from None
    if not (np.isfinite(starts).all() and (np.diff(starts) > 0).all()):
        raise _broken(path, "its bins are not in order, each later than the one before")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise _broken(path, "its arrivals are not all whole numbers from 0")
    return starts, counts


def _frame(path: str) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415  a worker is handed a schedule, and starts sooner without

    found = next((place for place in (Path(path), CURVES / path) if place.is_file()), None)
    if found is None:
        curves = ", ".join(sorted(curve.name for curve in CURVES.iterdir()))
        raise BookingSimError(
            f"recorded: path={path} is no file here, nor one of the curves that come with the toolkit: {curves}."
        )
    try:
        return pd.read_parquet(found) if found.suffix == ".parquet" else pd.read_csv(found, comment="#")
    except (OSError, ValueError) as error:
        raise _broken(path, str(error).splitlines()[0]) from None


def _seconds(starts: "pd.Series") -> FloatArray:
    import pandas as pd  # noqa: PLC0415

    if pd.api.types.is_numeric_dtype(starts):
        return np.asarray(starts, dtype=np.float64)
    moments = pd.to_datetime(starts, utc=True, format="ISO8601")
    return np.asarray((moments - moments.iloc[0]).dt.total_seconds(), dtype=np.float64)


def _broken(path: str, because: str) -> BookingSimError:
    return BookingSimError(f"recorded: path={path} is no curve, {because}: {_LAYOUT}.")
