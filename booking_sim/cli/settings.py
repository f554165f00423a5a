"""The settings of Scenario as options of a command, and the scenario that they make."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import attrs
import click

from booking_sim.durations import format_duration
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario

Command = Callable[..., None]

_TYPES: Mapping[str, type] = {"N": int, "X": float, "YES|NO": bool}


def settings(*, without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command an option for each setting of Scenario, but for some; one that is not given is None."""

    def decorate(command: Command) -> Command:
        for setting in reversed(attrs.fields(Scenario)):
            if setting.name in without:
                continue
            shown = show_default(setting.default)
            about = " ".join(filter(None, (setting.metadata["help"], setting.metadata["hint"])))
            option = click.option(
                f"--{setting.name.replace('_', '-')}",
                type=_TYPES.get(setting.metadata["metavar"], str),
                metavar=setting.metadata["metavar"],
                help=about + (f"  [default: {shown}]" if shown else ""),
            )
            command = option(command)
        return command

    return decorate


def show_default(default: Any) -> str:
    """Write the default of a setting; "" if there is none, or one that takes more than a word."""
    if isinstance(default, bool):
        return "yes" if default else "no"
    if isinstance(default, timedelta):
        return format_duration(default)
    return str(default) if isinstance(default, int | float | str) else ""


def chosen_scenario(name_or_path: str | None, options: Mapping[str, Any]) -> Scenario:
    """Make the scenario that is meant.

    Args:
        name_or_path: A ready one, or a file; None for the defaults.
        options: What was given besides, by setting; None for what was not.

    Raises:
        SettingError: There is no such scenario, or a setting is invalid.
    """
    given = {name: value for name, value in options.items() if value is not None}
    return make_scenario(name_or_path, given)
