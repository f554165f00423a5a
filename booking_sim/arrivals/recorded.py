"""Arrivals that were counted in bins of time: read from a file, or written out."""

import base64
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs
import numpy as np

from booking_sim.arrivals.curve import FloatArray, Piece
from booking_sim.arrivals.curve_files.read import read_bins
from booking_sim.arrivals.curve_files.series import CurveError
from booking_sim.arrivals.parameters import DURATION, MOST_ARRIVALS, Parameter, to_seconds
from booking_sim.arrivals.profile import Profile, Shape
from booking_sim.errors import SettingError
from booking_sim.resources import DATA
from booking_sim.validation import invalid, is_whole

CURVES = DATA / "curves"
_UNITS = {"bin": None, "second": 1, "minute": 60}


def _quoted(text: str) -> str:
    return f'"{text}"' if set(text) & set(" ,()=+") else text


def _pack(counts: tuple[int, ...]) -> str:
    """Write counts as text: a second for each of a day's seconds is a tenth of a megabyte."""
    return f'"{base64.b64encode(zlib.compress(" ".join(map(str, counts)).encode(), 9)).decode()}"'


def _unpack(text: str) -> tuple[int, ...]:
    try:
        return tuple(map(int, zlib.decompress(base64.b64decode(text, validate=True)).split()))
    except zlib.error as error:
        raise ValueError(error) from None


PATH = Parameter(
    "the path of a file: CSV, JSON or Parquet",
    lambda value: isinstance(value, str) and value != "" and '"' not in value and "\0" not in value,
    read=str,
    write=_quoted,
    bare=True,
)
COLUMN = Parameter(
    "the name of a column", lambda value: isinstance(value, str) and '"' not in value, read=str, write=_quoted
)
PER = Parameter(
    "bin (arrivals are counts), second or minute (they are rates)", lambda value: value in _UNITS, read=str, write=str
)
COUNTS = Parameter(
    f"whole numbers from 0 to {MOST_ARRIVALS:,}, or how they were written",
    lambda value: bool(value) and all(is_whole(count) and 0 <= count <= MOST_ARRIVALS for count in value),
    read=_unpack,
    write=_pack,
)


def _to_path(value: str | Path) -> str:
    return str(value) if isinstance(value, Path) else value


def _to_counts(value: Iterable[int]) -> tuple[int, ...]:
    return tuple(value)


class _Binned(Shape):
    """As many arrivals in each bin as were counted, at random within it."""

    counts: tuple[int, ...]
    bin_width: float

    def pieces(self) -> Iterable[Piece]:
        """The expected arrivals: in each bin a constant rate."""
        for count in self.counts:
            yield Piece(self.bin_width, count / self.bin_width, count / self.bin_width)

    def draw(self, generators: Iterator[np.random.Generator]) -> FloatArray:
        """Place the arrivals of each bin at random within it."""
        bins = np.repeat(np.arange(len(self.counts)), self.counts)
        return np.asarray((bins + next(generators).random(len(bins))) * self.bin_width, dtype=np.float64)


@attrs.frozen
class Counted(_Binned):
    """As many arrivals in each bin as are given, at random within it: how a result keeps a recorded curve."""

    bin_width: float = attrs.field(converter=to_seconds, validator=DURATION)
    """Seconds."""
    counts: tuple[int, ...] = attrs.field(converter=_to_counts, validator=COUNTS)
    """Arrivals in each bin."""


@attrs.frozen
class Recorded(_Binned):
    """As many arrivals in each bin as were counted, at random within it: `recorded(curve.csv)`.

    The file is the one at the path, else one of the curves that come with the toolkit. It is one of these:

    - CSV with a header, a column of times (when a bin starts: seconds, epoch times in any unit, or ISO 8601) and a
      column of counts, named `arrivals` or the only other one; delimited by commas, semicolons or tabs, as Grafana,
      CloudWatch and spreadsheets export it. Lines that begin with # are comments.
    - Parquet with the columns `start` and `arrivals`.
    - JSON, as Prometheus (`query_range`) and CloudWatch (`get-metric-data`, `get-metric-statistics`) answer.
    - Points of `k6 --out csv` or `--out json`: their http_reqs, else their iterations, in bins of a second.
    - A log of `pgbench --log`, with or without --aggregate-interval.

    The first bin starts at second 0 of the run. All are as long as the shortest step from one to the next, and those
    left out are empty.

    Raises:
        SettingError: There is no such file, or it holds something else; the message names the line.
    """

    path: str = attrs.field(converter=_to_path, validator=PATH)
    """Where the file is."""
    column: str = attrs.field(default="", validator=COLUMN)
    """The column of the arrivals, or the metric of k6; else `arrivals`, or the only one that there is."""
    per: str = attrs.field(default="bin", validator=PER)
    """What the values are: counts per bin, or rates per second or minute."""
    counts: tuple[int, ...] = attrs.field(init=False, repr=False)
    """Arrivals in each bin."""
    bin_width: float = attrs.field(init=False, repr=False)
    """Seconds."""

    def prepare(self) -> None:
        """Read the file."""
        found = next((place for place in (Path(self.path), CURVES / self.path) if place.is_file()), None)
        if found is None:
            curves = ", ".join(sorted(curve.name for curve in CURVES.iterdir()))
            raise invalid("recorded: path", self.path, f"a file, or one of the curves of the toolkit: {curves}")
        try:
            bins = read_bins(found, self.column, _UNITS[self.per])
        except CurveError as error:
            raise SettingError(f"recorded: path={self.path!r} is invalid: {error}.") from None
        object.__setattr__(self, "counts", bins.counts)
        object.__setattr__(self, "bin_width", bins.width)

    def portable(self) -> Profile:
        """Its counts, unless the file comes with the toolkit."""
        if (CURVES / self.path).is_file() and not Path(self.path).is_absolute() and not Path(self.path).is_file():
            return self
        return Counted(self.bin_width, self.counts)
