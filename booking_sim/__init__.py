"""What happens to a booking database when everybody comes at once?

    from booking_sim import surge

    result = surge(tickets=500, buyers=5000)

`surge` runs a `Scenario` against a real PostgreSQL and gives a `SurgeResult` back, which `load` reads from disk again;
`mark` marks an instant of it, and `prove` judges the answers that buyers got. `compare` runs one over several
strategies, `sweep` with settings varied, and `knee` finds the greatest arrival rate that is good enough. `scenarios`
and `strategies` have ready ones. `stats` and `plots` turn frames into numbers and pictures. `doctor` says what will
hurt a run, and `drill` breaks something during one. `open_server` and `connect` open the database that all of it ran
on, for your own SQL.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING

from booking_sim.notebook import register

if TYPE_CHECKING:
    from booking_sim import plots, stats, strategies
    from booking_sim.calibration.calibrate import calibrate
    from booking_sim.calibration.holdout import holdout
    from booking_sim.comparison import compare
    from booking_sim.comparison.result import Comparison
    from booking_sim.database import connect, open_server
    from booking_sim.diagnostics import doctor
    from booking_sim.drills import drill
    from booking_sim.drills.outcome import Drills
    from booking_sim.forecasting.inputs import WaitingRoom
    from booking_sim.forecasting.result import Forecast
    from booking_sim.forecasting.run import forecast
    from booking_sim.forecasting.server_model import ServerModel
    from booking_sim.load_generator.marks import mark
    from booking_sim.load_generator.run import surge
    from booking_sim.planning.plan import plan
    from booking_sim.proof import prove
    from booking_sim.result.loading import load
    from booking_sim.result.result import SurgeResult
    from booking_sim.scenario import ready as scenarios
    from booking_sim.scenario.scenario import Scenario
    from booking_sim.sweeping.knee import Knee, knee
    from booking_sim.sweeping.sweep import Sweep, sweep

logging.getLogger(__name__).addHandler(logging.NullHandler())  # silent, unless the caller wants to hear it

__all__ = [
    "Comparison",
    "Drills",
    "Forecast",
    "Knee",
    "Scenario",
    "ServerModel",
    "SurgeResult",
    "Sweep",
    "WaitingRoom",
    "calibrate",
    "compare",
    "connect",
    "doctor",
    "drill",
    "forecast",
    "holdout",
    "knee",
    "load",
    "mark",
    "open_server",
    "plan",
    "plots",
    "prove",
    "scenarios",
    "stats",
    "strategies",
    "surge",
    "sweep",
]

_HOMES = {
    "Comparison": "booking_sim.comparison.result",
    "Knee": "booking_sim.sweeping.knee",
    "Sweep": "booking_sim.sweeping.sweep",
    "knee": "booking_sim.sweeping.knee",
    "sweep": "booking_sim.sweeping.sweep",
    "Drills": "booking_sim.drills.outcome",
    "Forecast": "booking_sim.forecasting.result",
    "Scenario": "booking_sim.scenario.scenario",
    "ServerModel": "booking_sim.forecasting.server_model",
    "SurgeResult": "booking_sim.result.result",
    "WaitingRoom": "booking_sim.forecasting.inputs",
    "calibrate": "booking_sim.calibration.calibrate",
    "compare": "booking_sim.comparison",
    "connect": "booking_sim.database",
    "doctor": "booking_sim.diagnostics",
    "drill": "booking_sim.drills",
    "forecast": "booking_sim.forecasting.run",
    "holdout": "booking_sim.calibration.holdout",
    "load": "booking_sim.result.loading",
    "mark": "booking_sim.load_generator.marks",
    "open_server": "booking_sim.database",
    "plan": "booking_sim.planning.plan",
    "prove": "booking_sim.proof",
    "surge": "booking_sim.load_generator.run",
}
_MODULES = {
    "plots": "booking_sim.plots",
    "scenarios": "booking_sim.scenario.ready",
    "stats": "booking_sim.stats",
    "strategies": "booking_sim.strategies",
}


register()  # where IPython runs, it shows what the package returns


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: pandas and numpy take a second, and no worker needs them."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'booking_sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
