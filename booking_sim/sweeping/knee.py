"""Knee: the greatest arrival rate that still meets requirements, found by bisection with repeats."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import ceil, inf, isinf, log, log1p, log2, sqrt
from pathlib import Path
from typing import Final, Unpack

import pandas as pd
from matplotlib.figure import Figure

from booking_sim.errors import SettingError
from booking_sim.live.progress import is_interactive, tqdm
from booking_sim.plots.sweep import knee_overview
from booking_sim.result.catalogue import KeptResult
from booking_sim.result.loading import load
from booking_sim.result.thresholds import Threshold, judge, with_defaults
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario, ScenarioSettings
from booking_sim.stats.saturation import BOTTLENECKS
from booking_sim.sweeping.points import RATE, SweepPoint, greatest_rate, scenario_at
from booking_sim.sweeping.runs import TABLE, Runs, begin, to_frame

CHART: Final = "knee.png"

_MOST_STEPS: Final = 40
_LEAST_RATE: Final = 0.01
_FEW: Final = 100  # answers: of fewer, the p99 is the greatest


@dataclass(eq=False)
class Knee:
    """The greatest arrival rate that meets requirements, and the runs that tell it.

    Attributes:
        rate: The greatest rate at which most repeats met them, in arrivals per second;
            0 if there is none.
        low: The greatest rate up to which every repeat met them.
        high: The least rate above it at which no repeat met them; infinite if there is
            none.
        greatest: The greatest rate that can be tried, since there is a limit of buyers.
        limit: What limited the runs at the least rate that failed, one of
            `booking_sim.stats.saturation.BOTTLENECKS`; None if no rate failed.
        runs: One row per run, as `Sweep.runs`, and whether it `met` the requirements.
    """

    rate: float
    low: float
    high: float
    greatest: float
    limit: str | None
    runs: pd.DataFrame

    @property
    def headline(self) -> str:
        """The result, in one line."""
        return self._found + self._few + self._refusals

    @property
    def _found(self) -> str:
        if not self.rate:
            return f"No rate meets the requirements, down to {self.runs[RATE].min():,.4g} buyers per second"
        if self.rate == self.runs[RATE].max():
            why = f", and more than {self.greatest:,.4g} cannot be tried" if self.rate == self.greatest else ""
            return f"At least {self.rate:,.4g} buyers per second meet it: no rate that was tried fails{why}"
        above = "at no rate that was tried all fail" if isinf(self.high) else f"at {self.high:,.4g} none does"
        by = f"; beyond it, the limit is {BOTTLENECKS[self.limit]}" if self.limit else ""
        return f"Up to {self.rate:,.4g} buyers per second meet it: at {self.low:,.4g} every repeat does, {above}{by}"

    @property
    def _few(self) -> str:
        """That the runs which decided were short, if they were."""
        there = self.runs[RATE] == (self.rate or self.runs[RATE].min())
        least = self.runs.loc[there, "answered"].min()
        return f". A run there has only {least:.0f} answers: choose a longer duration" if least < _FEW else ""

    @property
    def _refusals(self) -> str:
        """That tickets ran out, if they did: the rate is then one of refusals too, which cost less than holds."""
        refusing = int((self.runs["sold_out"] > 0).sum())
        return f". Tickets ran out in {refusing:,} of {len(self.runs):,} runs: give more" if refusing else ""

    def chart(self) -> Figure:
        """Draw throughput and p99 over the rate, with the interval from `low` to `high` shaded."""
        return knee_overview(self.runs, RATE, self.low, self.high, self.headline)

    def __repr__(self) -> str:
        return f"<Knee: {self.headline}>"


def knee(
    require: str | Sequence[str],
    scenario: Scenario | str | Path | None = None,
    *,
    out: str | Path,
    start: float = 100.0,
    precision: float = 0.1,
    repeats: int = 3,
    url: str | None = None,
    progress: bool | None = None,
    **settings: Unpack[ScenarioSettings],
) -> Knee:
    """Find the greatest arrival rate that still meets requirements.

    The rate is doubled until most repeats fail, or halved until they do not; then the
    interval is bisected. Buyers come at random for the scenario's duration, or 10 s.
    Give enough tickets: after the last one, calls are refusals, which cost less.
    A quick answer, less sure and ten times sooner: `duration="2s"`, `repeats=1`.
    Each result is kept; called again with the same folder, runs are not repeated. If no
    rate fails, up to the greatest that a scenario may have, the answer is "at least".

    Args:
        require: Requirements, as `booking-sim surge --require` has them, such as
            "p99_ms < 200". `errors == 0` is added, unless errors are named.
        scenario: As in `surge`; its own arrivals only say how long buyers come.
        out: The folder of the results.
        start: The first rate to try, in arrivals per second.
        precision: How near the least rate that fails is to the greatest that does not:
            0.1 is 10 %.
        repeats: How often each rate is run.
        url: As in `surge`.
        progress: Whether to show a bar. None: on a terminal and in a notebook.
        **settings: Settings of Scenario by name; they override those of `scenario`.

    Returns:
        The rate, its interval, and what limits it there.

    Raises:
        BookingSimError: A setting or a requirement is invalid, or as `surge`.

    Example:
        How many buyers per second can come?

            from booking_sim import knee

            knee("p99_ms < 200", out="results/knee", tickets=100_000, duration="5s")
    """
    chosen = make_scenario(scenario, settings)
    thresholds = with_defaults([Threshold.parse(text) for text in ([require] if isinstance(require, str) else require)])
    for threshold in thresholds:
        threshold.check(chosen)
        if threshold.is_ratio:
            raise SettingError(f"'{threshold.text}' is about a ratio: expected a requirement of one run.")
    if not (start > 0 and precision > 0 and isinstance(repeats, int) and repeats > 0):
        raise SettingError(
            f"start={start}, precision={precision}, repeats={repeats} are invalid: expected numbers above 0."
        )
    greatest = greatest_rate(chosen)
    scenario_at(chosen, {RATE: start})
    begin(Path(out), {"scenario": chosen.to_dict()})
    runs, made = Runs(Path(out), chosen, url), list[tuple[SweepPoint, int, KeptResult]]()
    met: dict[float, list[bool]] = {}

    def is_enough(rate: float) -> bool:
        bar.total = bar.n + repeats * steps_left(rate, met, precision)
        bar.set_description(f"rate={rate:g}")
        met[rate] = []
        for repeat in range(1, repeats + 1):
            kept = runs.run({RATE: rate}, repeat)
            made.append(({RATE: rate}, repeat, kept))
            met[rate].append(all(each.is_met for each in judge(load(kept.folder), thresholds)))
            bar.update()
        return sum(met[rate]) * 2 > repeats

    hidden = not (is_interactive() if progress is None else progress)
    with tqdm(unit=" runs", disable=hidden, leave=False) as bar:
        rate, failed = bisect(is_enough, start, precision, greatest)
    frame = to_frame(made).assign(met=[met[point[RATE]][repeat - 1] for point, repeat, _ in made])
    frame.to_parquet(Path(out) / TABLE, index=False)
    found = Knee(rate, *_interval(met, rate), greatest, _limit(frame, failed), frame)
    found.chart().savefig(Path(out) / CHART, dpi=150)
    return found


def bisect(
    is_enough: Callable[[float], bool], start: float, precision: float, greatest: float = inf
) -> tuple[float, float]:
    """Find where a condition ends to be true.

    Args:
        is_enough: Whether it is true of a rate; it is asked once for each.
        start: The first rate to try.
        precision: The least rate found to fail is at most this share above the greatest that does not.
        greatest: The greatest rate to try.

    Returns:
        The greatest rate of which it is true, 0 if there is none; and the least of which it is not, above it; infinite
        if there is none.
    """
    good, bad, rate = 0.0, inf, start
    for _ in range(_MOST_STEPS):
        if is_enough(rate):
            good = rate
        else:
            bad = rate
        if bad <= good * (1 + precision) or bad < _LEAST_RATE:
            break
        doubled = min(2 * good, greatest)
        rate = _three_digits(doubled if isinf(bad) else bad / 2 if not good else sqrt(good * bad))
        if rate in {good, bad}:
            break
    return good, bad


def steps_left(rate: float, tried: Collection[float], precision: float) -> int:
    """How many rates are to be tried at least: this one, and those between it and the nearest of the others.

    Args:
        rate: The one to be tried next.
        tried: Those that were.
        precision: As for `bisect`.
    """
    below = max((each for each in tried if each < rate), default=0.0)
    above = min((each for each in tried if each > rate), default=inf)
    is_between = below and not isinf(above)
    halvings = ceil(log2(max(1.0, log(above / below if is_between else 2.0) / log1p(precision))))
    return max(1, halvings) if is_between else 1 + halvings


def _three_digits(rate: float) -> float:
    """A rate that is easy to read, and the same when the search is repeated."""
    return float(f"{rate:.3g}")


def _interval(met: dict[float, list[bool]], rate: float) -> tuple[float, float]:
    """The greatest rate up to which every repeat met the requirements, and the least above `rate` at which none did."""
    low = 0.0
    for each in sorted(met):
        if not all(met[each]):
            break
        low = each
    return low, min((each for each in met if each > rate and not any(met[each])), default=inf)


def _limit(frame: pd.DataFrame, failed: float) -> str | None:
    named = frame.loc[frame[RATE] == failed, "bottleneck"].dropna()
    return None if named.empty else str(named.mode().iloc[0])
