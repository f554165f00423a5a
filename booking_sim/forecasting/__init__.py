"""A scenario on a model of the server: a surge's answers, for on-sales that no machine here can drive."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from pathlib import Path

    from booking_sim.forecasting.inputs import WaitingRoom
    from booking_sim.forecasting.result import Forecast
    from booking_sim.forecasting.server_model import ServerModel
    from booking_sim.scenario.scenario import Scenario


def forecast(
    scenario: "Scenario | None" = None,
    *,
    server: "ServerModel | str | Path | None" = None,
    seeds: int = 20,
    waiting_room: "WaitingRoom | None" = None,
    generator: float | None = None,
    executor: "Executor | None" = None,
    **settings: Any,
) -> "Forecast":
    """Forecast a scenario on a model of a server, without a database.

    The same buyers come as in a surge of the same seed. Install `booking-sim[forecast]`
    for the compiler that makes it a thousand times as fast; without it, all answers are
    the same.

    Args:
        scenario: What to simulate; the defaults of Scenario if None.
        server: The model of the server: one, or the file of one that
            `booking-sim calibrate` wrote. None: the reference that comes with this.
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

            from booking_sim import forecast

            result = forecast(
                tickets=150_000,
                arrivals="poisson(spike(peak_rate=4000, fall=15m, duration=1h))",
                connections=32,
            )
            result.spread().loc["sold_out_after_s"]
    """
    from booking_sim.forecasting.run import run  # noqa: PLC0415
    from booking_sim.scenario.scenario import Scenario  # noqa: PLC0415  both bring numpy, which the package does without

    return run(
        Scenario.given(scenario, settings),
        server=server,
        seeds=seeds,
        waiting_room=waiting_room,
        generator=generator,
        executor=executor,
    )
