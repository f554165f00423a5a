"""Forecast: a surge's result whose server was a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, NoReturn

import pandas as pd
from matplotlib.figure import Figure

from booking_sim.errors import BookingSimError, SettingError
from booking_sim.forecasting import frames
from booking_sim.forecasting.inputs import WaitingRoom, given
from booking_sim.forecasting.kernel import run
from booking_sim.forecasting.layout import State
from booking_sim.forecasting.server_model import ServerModel
from booking_sim.plots.panels import overview
from booking_sim.records import samples
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.result import SurgeResult
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.inventory import inventory_over_time
from booking_sim.stats.summary import WHOLE, Part

LOW, HIGH = 0.05, 0.95
"""The quantiles of the interval over seeds."""
_HEADLINE: Final = (
    ("sold_out_after_s", "first refusal after {} s"),
    ("last_paid_s", "last ticket paid for after {} s"),
)


@dataclass(frozen=True, slots=True)
class ForecastManifest:
    """With what a forecast was made.

    Attributes:
        model: What is known of the model of the server.
        outside: In what the scenario lies outside the calibrated range, a line each.
        seeds: The seeds.
    """

    model: Mapping[str, Any]
    outside: Sequence[str]
    seeds: Sequence[int]
    partial: ClassVar[bool] = False
    interrupted: ClassVar[bool] = False
    problems: ClassVar[Sequence[str]] = ()


class Forecast(SurgeResult):
    """A scenario on a model of a server: the metrics of each seed, and the frames of the first.

    What only a database knows is absent: there is no audit, no `oversold`, no waits
    and no samples of the server.

    Attributes:
        scenario: What was simulated.
        model: The model of the server.
        seeds: One row per seed: the metrics of `summary`.
        waiting_room: What buyers waited in before they might call, if anything.
        generator: Calls a second that the load generator could send, if there was one.
    """

    model: ServerModel
    seeds: pd.DataFrame
    waiting_room: WaitingRoom | None
    generator: float | None
    manifest: ForecastManifest  # type: ignore[assignment]  # there is no server, no worker and no observer

    def __init__(
        self,
        *,
        scenario: Scenario,
        model: ServerModel,
        seeds: pd.DataFrame,
        waiting_room: WaitingRoom | None = None,
        generator: float | None = None,
    ) -> None:
        inputs = {"scenario": scenario, "model": model, "seeds": seeds}
        vars(self).update(inputs, waiting_room=waiting_room, generator=generator)
        vars(self)["manifest"] = ForecastManifest(
            model=dict(model.manifest) | {"extrapolated": model.extrapolated, "usl": dict(model.usl)},
            outside=model.outside(scenario),
            seeds=[int(seed) for seed in seeds.index],
        )

    @cached_property
    def _state(self) -> State:
        """The first seed once more, with every attempt kept."""
        inputs = given(self.scenario, self.model, keep=True, waiting_room=self.waiting_room, generator=self.generator)
        return run(inputs)

    @cached_property
    def attempts(self) -> pd.DataFrame:
        """One row per attempt of the first seed, as SurgeResult.attempts."""
        return frames.attempts(self.scenario, self._state)

    @cached_property
    def recorded(self) -> RecordedAttempts:  # type: ignore[override]  # made when it is asked for
        """The attempts, as SurgeResult draws them."""
        return RecordedAttempts(self.attempts)

    @cached_property
    def holds(self) -> pd.DataFrame:  # type: ignore[override]  # computed when it is asked for
        """One row per hold of the first seed, as SurgeResult.holds."""
        return frames.holds(self.scenario, self._state)

    @cached_property
    def inventory(self) -> pd.DataFrame:  # type: ignore[override]
        """The tickets by status over the first seed, as SurgeResult.inventory; none is ever counted as oversold."""
        tickets = self.scenario.events * self.scenario.tickets
        return inventory_over_time(self.holds, tickets, frames.until(self._state)).drop(columns="oversold")

    audit = None  # type: ignore[assignment]  # absent: there is no database
    waits = None  # type: ignore[assignment]
    server = None  # type: ignore[assignment]
    statements = None  # type: ignore[assignment]

    def summary(self, part: Part = WHOLE) -> pd.Series:
        """The first seed in numbers: those of SurgeResult.summary that need no database, and those of a forecast.

        Args:
            part: The whole run; a forecast has no metrics of a part.

        Returns:
            The metrics by name.

        Raises:
            SettingError: Another part.
        """
        if not part.is_whole:
            raise SettingError(f"part={part} is invalid: a forecast has metrics of the whole run only.")
        first = {str(name): self.seeds[name].iloc[0].item() for name in self.seeds}
        return pd.Series(first, name="forecast", dtype=object)

    def spread(self) -> pd.DataFrame:
        """The metrics over all seeds.

        Returns:
            One row per metric: the `median`, and `low` and `high`, between which nine of
            ten seeds lie.
        """
        quantiles = self.seeds.quantile([0.5, LOW, HIGH]).set_axis(["median", "low", "high"])
        return quantiles.T.rename_axis("metric")

    @property
    def ok(self) -> bool:
        """A forecast has nothing that could be wrong with a database."""
        return True

    @property
    def headline(self) -> str:
        """The forecast in one line: that it is one, of which server, how far outside of what was calibrated."""
        summary, spread = self.summary(), self.spread()
        parts = [f"{summary['tickets_held']:,} of {summary['tickets']:,} tickets held"
                 if summary["tickets_held"] <= summary["tickets"]
                 else f"{summary['tickets']:,} tickets, held {summary['tickets_held']:,} times"]  # fmt: skip
        if summary["tickets_sold"]:
            parts.append(f"{summary['tickets_sold']:,} sold")
        parts.append(f"{summary['sold_out']:,} buyers refused")
        parts += [text.format(interval(spread, name)) for name, text in _HEADLINE if spread.loc[name].notna().all()]
        outside = self.manifest.outside
        inside = "NOT calibrated" if self.model.manifest.get("made_up") else "inside the calibrated range"
        where = f"OUTSIDE the calibrated range: {'; '.join(outside)}" if outside else inside
        return f"Forecast for {self.model.name} ({where}): {', '.join(parts)}"

    def overview(self) -> Figure:
        """Draw everything that a forecast has to show, on one page."""
        return overview(*self.drawn(), title=self.headline)

    def drawn(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """The frames that charts want, of the first seed.

        Returns:
            Attempts, holds, inventory, and no sample of waits and of the server.
        """
        inventory = self.inventory.assign(oversold=0)  # the chart of the tickets wants the column
        return self.attempts, self.holds, inventory, samples.to_frame("waits"), samples.to_frame("server")

    def save(self, folder: str | Path) -> NoReturn:
        """Refuse: a forecast is made again from its scenario, its model and its seed.

        Args:
            folder: Where it would be.

        Returns:
            Nothing.

        Raises:
            BookingSimError: Always.
        """
        raise BookingSimError(
            f"A forecast is not saved to '{folder}': save its scenario and its model, and make it again."
        )

    def __repr__(self) -> str:
        return f"<Forecast: {self.headline}>"


def interval(spread: pd.DataFrame, name: str) -> str:
    """The interval of a metric, as text."""
    low, high = (f"{float(spread[end].loc[name]):,.3g}" for end in ("low", "high"))
    return low if low == high else f"{low} to {high}"
