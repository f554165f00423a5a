"""Runs a scenario on a model of the server once for each seed."""

from concurrent.futures import Executor
from functools import partial
from pathlib import Path

import pandas as pd

from booking_sim.errors import BookingSimError
from booking_sim.forecasting.inputs import WaitingRoom, given
from booking_sim.forecasting.kernel import run as run_loop
from booking_sim.forecasting.metrics import measure
from booking_sim.forecasting.result import Forecast
from booking_sim.forecasting.server_model import ServerModel, find_model
from booking_sim.scenario.scenario import Scenario


def run(
    scenario: Scenario,
    *,
    server: ServerModel | str | Path | None,
    seeds: int,
    waiting_room: WaitingRoom | None,
    generator: float | None,
    executor: Executor | None,
) -> Forecast:
    """Do what `booking_sim.forecast` promises."""
    if seeds < 1:
        raise BookingSimError(f"seeds={seeds} is invalid: expected a whole number from 1.")
    if generator is not None and not generator > 0:
        raise BookingSimError(f"generator={generator} is invalid: expected calls a second, above 0.")
    model = find_model(server)
    model.check(scenario)
    prepare()
    runs = [scenario.replace(seed=scenario.seed + number) for number in range(seeds)]
    one = partial(metrics_of, model=model, waiting_room=waiting_room, generator=generator)
    rows = map(one, runs) if executor is None else executor.map(one, runs)
    table = pd.DataFrame(rows, index=pd.Index([each.seed for each in runs], name="seed"))
    return Forecast(scenario=scenario, model=model, seeds=table, waiting_room=waiting_room, generator=generator)


def metrics_of(
    scenario: Scenario, model: ServerModel, waiting_room: WaitingRoom | None = None, generator: float | None = None
) -> dict[str, float]:
    """The metrics of one run, by name: see `metrics.measure`. It can be sent to another process."""
    inputs = given(scenario, model, keep=False, waiting_room=waiting_room, generator=generator)
    return measure(scenario, run_loop(inputs))


def prepare() -> None:
    """Compile the loop, or find it compiled, before other processes need it: they must not all compile it at once."""
    metrics_of(Scenario(buyers=1), ServerModel.constant(1))
