"""The settings of Scenario as options of a command, and the scenario that they make."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import click

from booking_sim.durations import format_duration
from booking_sim.scenario.ready import find
from booking_sim.scenario.scenario import Scenario

Command = Callable[..., None]

_TYPES: Mapping[str, type] = {"N": int, "X": float}


def settings(*, without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Give a command an option for each setting of Scenario, but for some; one that is not given is None."""

    def decorate(command: Command) -> Command:
        for setting in reversed(dataclasses.fields(Scenario)):
            if setting.name in without:
                continue
            default = "" if setting.default in (dataclasses.MISSING, None) else setting.default
            shown = format_duration(default) if isinstance(default, timedelta) else str(default)
            told = " ".join(filter(None, (setting.metadata["help"], setting.metadata["hint"])))
            option = click.option(
                f"--{setting.name.replace('_', '-')}",
                type=_TYPES.get(setting.metadata["metavar"], str),
                metavar=setting.metadata["metavar"],
                help=told + (f"  [default: {shown}]" if shown else ""),
            )
            command = option(command)
        return command

    return decorate


def chosen_scenario(name_or_path: str | None, options: Mapping[str, Any]) -> Scenario:
    """Make the scenario that is meant.

    Args:
        name_or_path: A ready one, or a file; None for the defaults.
        options: What was given besides, by setting; None for what was not.

    Raises:
        BookingSimError: There is no such scenario, or a setting will not do.
    """
    given = {name: value for name, value in options.items() if value is not None}
    return (find(name_or_path) if name_or_path else Scenario()).replace(**given)
