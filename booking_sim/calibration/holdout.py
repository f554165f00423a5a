"""`holdout`: measures the error of a forecast, on surges that the calibration has not seen."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from booking_sim.calibration.cases import cases
from booking_sim.database import open_server
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.forecasting.run import forecast
from booking_sim.forecasting.server_model import ServerModel, find_model
from booking_sim.load_generator.run import surge
from booking_sim.result.result import SurgeResult
from booking_sim.scenario.scenario import Scenario

GOALS: Final = {
    "held": 1.02,
    "sold_out": 1.02,
    "tickets_sold": 1.02,
    "throughput": 1.10,
    "sold_out_after_s": 1.10,
    "last_paid_s": 1.10,
    "p50_ms": 1.15,
    "p99_ms": 1.20,
}
"""By metric: the greatest ratio of forecast to surge, either way, that is the goal."""
INSIDE: Final = 0.8
"""The share of the surges that must lie inside the stated 90 % interval."""
REPEATS: Final = 8
SEEDS: Final = 20


@dataclass(frozen=True, eq=False)
class Holdout:
    """Forecasts beside surges that the calibration has not seen.

    Attributes:
        model: The model of the server.
        measured: One row per surge: `scenario`, `repeat`, and the metrics of GOALS.
        expected: The same rows, forecast with the same seeds.
        intervals: One row per scenario and metric: `low` and `high` of the forecast.
    """

    model: ServerModel
    measured: pd.DataFrame
    expected: pd.DataFrame
    intervals: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """The error of each metric of each scenario.

        Returns:
            One row per scenario and metric that both have: the medians `surge` and
            `forecast`; `error`, the geometric mean of their ratio; `run_to_run`, by which
            factor surges differ among each other; `goal`, the wider of that and the goal;
            `reached`; and `inside`, the share of surges inside the stated 90 % interval.
        """
        rows = []
        for scenario, surges in self.measured.groupby("scenario", sort=False):
            forecasts = self.expected[self.expected["scenario"] == scenario]
            for metric, goal in GOALS.items():
                pair = surges[metric].to_numpy(float), forecasts[metric].to_numpy(float)
                if not (pair[0] > 0).any() and not (pair[1] > 0).any():
                    continue
                low, high = self.intervals.loc[(scenario, metric), ["low", "high"]]
                spread = _run_to_run(pair[0])
                error = _error(*pair)
                rows.append(
                    {
                        "scenario": scenario,
                        "metric": metric,
                        "surge": float(surges[metric].median()),
                        "forecast": float(forecasts[metric].median()),
                        "error": error,
                        "run_to_run": spread,
                        "goal": max(goal, spread),
                        "reached": max(error, 1 / error) <= max(goal, spread),
                        "inside": float(np.mean((low <= pair[0]) & (pair[0] <= high))),
                    }
                )
        return pd.DataFrame(rows)

    @property
    def inside(self) -> float:
        """The share of all surges' metrics that lie inside the stated 90 % interval."""
        return float(self.table()["inside"].mean())

    @property
    def ok(self) -> bool:
        """Whether every goal is reached."""
        return bool(self.table()["reached"].all()) and self.inside >= INSIDE

    @property
    def headline(self) -> str:
        """The error in one line."""
        table = self.table()
        return (
            f"{table['reached'].sum()} of {len(table)} goals reached; {self.inside:.0%} of the measured values lie"
            f" inside the stated 90 % interval (goal: {INSIDE:.0%})"
        )

    def save(self, path: str | Path) -> Path:
        """Write the table and with what it was measured to a JSON file.

        Args:
            path: Where; an older one there is replaced.

        Returns:
            The path.
        """
        about: Mapping[str, Any] = {
            "headline": self.headline,
            "model": self.model.name,
            "inside": self.inside,
            "repeats": int(self.measured["repeat"].nunique()),
            "table": self.table().to_dict("records"),
        }
        path = Path(path)
        path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        return path


def holdout(
    server: ServerModel | str | Path,
    *,
    url: str | None = None,
    repeats: int = REPEATS,
    scenarios: Mapping[str, Scenario] | None = None,
    on_surge: Callable[[str, int], None] = lambda *_: None,
) -> Holdout:
    """Measure how far forecasts are from surges that the calibration has not seen.

    The scenarios take turns, `repeats` times, each time with another seed; the forecast
    has the same seeds, and so the same buyers.

    Args:
        server: The model of the server, or its file.
        url: The database that was calibrated, as a libpq URL; None: as for `surge`.
        repeats: How often each scenario is run.
        scenarios: What is run, by name; None: steady, burst, spike, overload,
            refreshers and bots, at rates that suit the model.
        on_surge: Called with the scenario's name and the repeat before each surge.

    Returns:
        Surges and forecasts, and the error of each metric.

    Raises:
        BookingSimError: The model was calibrated on another server, or a surge failed.

    Example:
        Calibrate, then measure the error:

            from booking_sim import calibrate, holdout

            holdout(calibrate()).table()
    """
    if repeats < 1:
        raise SettingError(f"repeats={repeats} is invalid: expected a whole number from 1.")
    model = find_model(server)
    chosen = cases(model) if scenarios is None else scenarios
    measured, expected, intervals = [], [], {}
    for name, scenario in chosen.items():
        made = forecast(scenario, server=model, seeds=max(SEEDS, repeats))
        for metric in GOALS:
            intervals[name, metric] = made.spread().loc[metric, ["low", "high"]]
        rows = made.seeds[[*GOALS]].iloc[:repeats].to_dict("records")
        expected += [{"scenario": name, "repeat": number, **row} for number, row in enumerate(rows)]
    with open_server(url) as opened:
        for number in range(repeats):
            for name, scenario in chosen.items():
                on_surge(name, number)
                result = surge(scenario.replace(seed=scenario.seed + number), url=opened.url, progress=False)
                if not result.ok:
                    raise BookingSimError(f"The surge {name!r} of the hold-out failed: {result.headline}.")
                if not model.manifest.get("made_up"):
                    model.check_server(result.manifest.environment.server, result.manifest.environment.machine)
                measured.append({"scenario": name, "repeat": number, **_metrics(result)})
    return Holdout(model, pd.DataFrame(measured), pd.DataFrame(expected), pd.DataFrame(intervals).T)


def _metrics(result: SurgeResult) -> dict[str, float]:
    summary, attempts = result.summary(), result.attempts
    paid = attempts[(attempts["outcome"] == "confirmed").to_numpy()]
    last_paid = float((paid["sent_at"] + paid["latency_ms"] / 1000).max()) if len(paid) else math.nan
    return {metric: last_paid if metric == "last_paid_s" else float(summary[metric]) for metric in GOALS}


def _error(surges: Any, forecasts: Any) -> float:
    """The geometric mean of forecast by surge; infinite where one of them has a value and the other has none."""
    has_both = (surges > 0) & (forecasts > 0)
    if not np.array_equal(surges > 0, forecasts > 0):
        return math.inf
    return float(np.exp(np.log(forecasts[has_both] / surges[has_both]).mean()))


def _run_to_run(surges: Any) -> float:
    """The standard deviation of the logarithms, as a factor."""
    logs = np.log(surges[surges > 0])
    return float(np.exp(logs.std(ddof=1))) if len(logs) > 1 else 1.0
