"""Sweep: a scenario at many points, repeated in turns, and its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Unpack

import pandas as pd
from matplotlib.figure import Figure

from booking_sim.errors import BookingSimError, SettingError
from booking_sim.live.progress import is_interactive, tqdm
from booking_sim.plots.sweep import sweep_overview
from booking_sim.result.catalogue import KeptResult
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario, ScenarioSettings
from booking_sim.stats.repeats import over_repeats
from booking_sim.sweeping.points import SweepPoint, points, scenario_at
from booking_sim.sweeping.runs import TABLE, Runs, begin, in_turns, to_frame

CHART: Final = "sweep.png"


@dataclass(eq=False)
class Sweep:
    """The runs of a scenario with one setting varied, or two.

    Attributes:
        runs: One row per run: the varied settings, the number of the `repeat`, all
            metrics (`booking_sim.stats.metrics.METRICS`; infinite where a percentile
            was not reached, NaN where there is none), the `bottleneck`, the number of
            `problems`, and the `folder`.
        varied: The settings that are varied.
        folder: Where the results of the runs are.
        planned: How many runs were to be made.
    """

    runs: pd.DataFrame
    varied: Sequence[str]
    folder: Path
    planned: int

    def table(self, metric: str = "throughput") -> pd.DataFrame:
        """One row per point: the mean of a metric, and its 95 % interval over the repeats.

        Args:
            metric: Which.

        Returns:
            As `booking_sim.stats.over_repeats`.
        """
        return over_repeats(self.runs, metric, self.varied)

    @property
    def is_complete(self) -> bool:
        """Whether every run was made."""
        return len(self.runs) == self.planned

    @property
    def ok(self) -> bool:
        """Whether every run was made, is complete, passed its audit, and sold no ticket twice."""
        wrong = (self.runs["problems"] > 0) | ~self.runs["audit_ok"].astype(bool) | (self.runs["oversold"] > 0)
        return self.is_complete and not wrong.any()

    def chart(self) -> Figure:
        """Draw throughput and p99 over the varied settings."""
        return sweep_overview(self.runs, *self.varied)

    def __repr__(self) -> str:
        return f"<Sweep: {len(self.runs)} of {self.planned} runs, {', '.join(self.varied)} varied>"


def sweep(
    scenario: Scenario | str | Path | None = None,
    *,
    vary: Mapping[str, Sequence[Any]],
    out: str | Path,
    repeats: int = 3,
    url: str | None = None,
    progress: bool | None = None,
    **settings: Unpack[ScenarioSettings],
) -> Sweep:
    """Run a scenario with one setting varied, or two.

    Each repeat runs every point once, in an order of its own, so that a drift of the
    machine affects all points alike. A repeat has the same seed at every point. Each
    result is kept; called again with the same folder, the sweep goes on where it was
    interrupted.

    Args:
        scenario: As in `surge`.
        vary: The values of one setting or two, by name, such as
            `{"connections": [8, 16]}`. `rate` is one more: arrivals per second, at
            random, for the scenario's duration or the time its own arrivals take.
        out: The folder of the results.
        repeats: How often each point is run; from 2 on there are intervals.
        url: As in `surge`.
        progress: Whether to show a bar. None: on a terminal and in a notebook.
        **settings: Settings of Scenario by name; they override those of `scenario`.

    Returns:
        The sweep: a frame with a row per run, tables with intervals, a chart.

    Raises:
        BookingSimError: A setting is invalid or cannot be varied, the folder has runs
            of other settings, no run was finished, or as `surge`.

    Example:
        How many connections are enough?

            from booking_sim import sweep

            found = sweep(vary={"connections": [4, 16, 64]}, out="results/connections")
            found.table("p99_ms")
    """
    chosen, folder = make_scenario(scenario, settings), Path(out)
    where = points(vary)
    if not isinstance(repeats, int) or repeats < 1:
        raise SettingError(f"repeats={repeats!r} is invalid: expected a whole number from 1 on.")
    for point in where:
        scenario_at(chosen, point)
    begin(folder, {"scenario": chosen.to_dict(), "vary": {name: [*map(str, values)] for name, values in vary.items()}})
    runs, made = Runs(folder, chosen, url), list[tuple[SweepPoint, int, KeptResult]]()
    turns = [*in_turns(where, repeats, chosen.seed)]
    hidden = not (is_interactive() if progress is None else progress)
    with tqdm(total=len(turns), unit=" runs", disable=hidden, leave=False) as bar:
        for point, repeat in turns:
            bar.set_description(", ".join(f"{name}={value}" for name, value in point.items()))
            try:
                made.append((point, repeat, runs.run(point, repeat)))
            except KeyboardInterrupt:
                break
            bar.update()
    if not made:
        raise BookingSimError("The sweep was stopped before a run was over: let it run longer.")
    found = Sweep(to_frame(made), [*vary], folder, len(turns))
    found.runs.to_parquet(folder / TABLE, index=False)
    found.chart().savefig(folder / CHART, dpi=150)
    return found
