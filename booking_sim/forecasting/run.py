"""Runs a scenario on a model of the server once for each seed."""

from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Unpack

import pandas as pd

from booking_sim.errors import BookingSimError
from booking_sim.forecasting.inputs import WaitingRoom, given
from booking_sim.forecasting.kernel import run as run_loop
from booking_sim.forecasting.metrics import measure
from booking_sim.forecasting.result import Forecast
from booking_sim.forecasting.server_model import ServerModel, find_model
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario, ScenarioSettings


def forecast(
    scenario: Scenario | str | Path | None = None,
    *,
    server: ServerModel | str | Path | None = None,
    seeds: int = 20,
    waiting_room: WaitingRoom | None = None,
    generator: float | None = None,
    executor: Executor | None = None,
    **settings: Unpack[ScenarioSettings],
) -> Forecast:
    """Forecast a scenario on a model of a server, without a database.

    The same buyers come as in a surge of the same seed. Install `booking-sim[forecast]`
    for the compiler that makes it a thousand times as fast; without it, all answers are
    the same.

    Args:
        scenario: What to simulate: a Scenario, the name of a ready one, or a path; the
            defaults of Scenario if None.
        server: The model of the server, or the file that `ServerModel.save` wrote.
        seeds: How many runs, with the seed of the scenario and those that follow it.
        waiting_room: What lets buyers in one after the other; None: nothing.
        generator: Calls a second that a load generator can send; None: as many as
            come.
        executor: What runs the seeds, any Executor of concurrent.futures; None: this
            process, one after the other.
        **settings: Settings of Scenario by name; they override those of `scenario`.

    Returns:
        The forecast: the metrics of each seed, and the frames of the first.

    Raises:
        BookingSimError: A setting is invalid, or the model was calibrated with another
            strategy or version.

    Example:
        Three and a half million people, and when the first of them is refused:

            from booking_sim import ServerModel, forecast

            result = forecast(
                tickets=150_000,
                arrivals="poisson(spike(peak_rate=4000, fall=15m, duration=1h))",
                connections=32,
                server=ServerModel.exponential(5),
                seeds=3,
            )
            result.spread().loc["sold_out_after_s"]
    """
    scenario = make_scenario(scenario, settings)
    if seeds < 1:
        raise BookingSimError(f"seeds={seeds} is invalid: expected a whole number from 1.")
    if generator is not None and not generator > 0:
        raise BookingSimError(f"generator={generator} is invalid: expected calls per second, above 0.")
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
