"""Variants of a scenario, and their forecasts, each made once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import attrs
import pandas as pd

from booking_sim.forecasting.inputs import WaitingRoom
from booking_sim.forecasting.run import forecast
from booking_sim.forecasting.server_model import ServerModel
from booking_sim.scenario.kinds import BuyerKind
from booking_sim.scenario.scenario import Scenario
from booking_sim.scenario.spans import Span


@dataclass(frozen=True, kw_only=True)
class Variants:
    """Forecasts of a scenario and of variants of it, with the same seeds.

    Attributes:
        scenario: What is planned.
        model: The model of the server.
        seeds: How many seeds each forecast has.
        p99_ms: The p99 since the planned instant that is still good enough.
    """

    scenario: Scenario
    model: ServerModel
    seeds: int
    p99_ms: float
    _made: dict[Any, pd.DataFrame] = field(default_factory=dict)

    def spread(
        self, scenario: Scenario | None = None, model: ServerModel | None = None, admit: float | None = None
    ) -> pd.DataFrame:
        """`Forecast.spread` of a variant; of the scenario itself if nothing is given."""
        chosen, server = scenario or self.scenario, model or self.model
        key = (str(chosen.to_dict()), id(server), admit)
        if key not in self._made:
            room = None if admit is None else WaitingRoom(rate=admit)
            self._made[key] = forecast(chosen, server=server, seeds=self.seeds, waiting_room=room).spread()
        return self._made[key]

    def kinds(self, **changes: Any) -> Scenario:
        """The scenario with changed parameters of every kind: values, or functions of the kind."""
        kinds = {
            name: attrs.evolve(
                kind, **{key: value(kind) if callable(value) else value for key, value in changes.items()}
            )
            for name, kind in self.scenario.kinds.items()
        }
        return self.scenario.replace(kinds=kinds)


def at_rate(scenario: Scenario, factor: float) -> Scenario:
    """The same people in less time: all arrivals come `factor` times as fast, all else takes as long as before."""
    kinds = {
        name: attrs.evolve(
            kind,
            think=times(kind.think, factor),
            refresh_after=times(kind.refresh_after, factor),
            patience=None if kind.patience is None else kind.patience * factor,
        )
        for name, kind in scenario.kinds.items()
    }
    return scenario.replace(time_scale=scenario.time_scale * factor, hold=scenario.hold * factor, kinds=kinds)


def times(span: Span, factor: float) -> Span:
    """A span whose lengths are multiplied."""
    return Span(span.least * factor, None if span.most is None else span.most * factor)


def bots_of(kinds: Mapping[str, BuyerKind]) -> dict[str, BuyerKind]:
    """The kinds that have several sessions at once, or are called bots."""
    return {name: kind for name, kind in kinds.items() if kind.at_once > 1 or "bot" in name}
