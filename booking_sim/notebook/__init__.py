"""How notebooks show the package's objects: formatters, registered with IPython by the names of the classes.

A class imports nothing that displays it, and a formatter is imported when something is displayed for the first time.
"""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pkgutil import resolve_name
from typing import Any

FORMATTERS: Mapping[str, str] = {
    "booking_sim.scenario.scenario:Scenario": "booking_sim.notebook.scenario_table:scenario_html",
    "booking_sim.arrivals.schedule:Schedule": "booking_sim.notebook.arrivals:schedule_html",
    "booking_sim.arrivals.profile:Profile": "booking_sim.notebook.arrivals:profile_html",
    "booking_sim.result.result:SurgeResult": "booking_sim.report.card:card",
    "booking_sim.forecasting.result:Forecast": "booking_sim.forecasting.card:forecast_html",
    "booking_sim.comparison.result:Comparison": "booking_sim.comparison.card:comparison_html",
    "booking_sim.scenario.ready:ScenarioCatalogue": "booking_sim.notebook.catalogues:scenarios_html",
    "booking_sim.strategies.files:StrategyCatalogue": "booking_sim.notebook.catalogues:strategies_html",
    "booking_sim.strategies.files:Strategy": "booking_sim.notebook.catalogues:strategy_html",
    "booking_sim.diagnostics.check_result:Diagnosis": "booking_sim.diagnostics.card:diagnosis_html",
}
"""The function that writes HTML, by the class that it writes: `module:name` both."""


def to_html(value: object) -> str:
    """Write an object as a notebook shows it.

    Args:
        value: An instance of a class of FORMATTERS, or of a subclass.

    Raises:
        TypeError: There is no formatter for it.

    Example:
        Put a result on a page of your own:

            from booking_sim.notebook import to_html

            html = to_html(result)
    """
    for each in type(value).__mro__:
        if formatter := FORMATTERS.get(f"{each.__module__}:{each.__qualname__}"):
            return _write(formatter, value)
    raise TypeError(f"Class {type(value).__qualname__!r} is unknown: expected one of {', '.join(FORMATTERS)}.")


def register() -> None:
    """Let the IPython shell of this process show these objects, if there is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    formatters = shell.display_formatter.formatters["text/html"]
    for shown, formatter in FORMATTERS.items():
        formatters.for_type_by_name(*shown.split(":"), partial(_write, formatter))


def _write(formatter: str, value: Any) -> str:
    write: Callable[[Any], str] = resolve_name(formatter)
    return write(value)
