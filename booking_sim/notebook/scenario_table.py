"""A scenario for people: its settings, and how each kind of buyer behaves."""

from collections.abc import Sequence
from typing import Any

import attrs

from booking_sim.display.templates import plain, table
from booking_sim.notebook.arrivals import schedule_html
from booking_sim.scenario.kinds import BuyerKind
from booking_sim.scenario.scenario import Scenario


def settings(scenario: Scenario) -> list[tuple[str, Any, str]]:
    """The settings that are set: name, value, and what it is. `behaviour` has those of the kinds.

    Args:
        scenario: What is to be simulated.
    """
    values = scenario.to_dict()
    return [
        (each.name, values[each.name], each.metadata["help"])
        for each in attrs.fields(type(scenario))
        if each.name != "kinds" and values[each.name] is not None
    ]


def behaviour(scenario: Scenario) -> list[tuple[str, str, Sequence[str]]]:
    """How the kinds of buyers behave, where any of them is not as by default.

    Args:
        scenario: What is to be simulated.

    Returns:
        Each parameter, what it is, and its value for each kind.
    """
    kinds = [kind.to_dict() for kind in scenario.kinds.values()]
    return [
        (each.name, each.metadata["help"], [plain(one.get(each.name, each.default)) for one in kinds])
        for each in attrs.fields(BuyerKind)
        if any(each.name in one for one in kinds)
    ]


def scenario_html(scenario: Scenario) -> str:
    """Write a scenario as a notebook shows it.

    Args:
        scenario: What is to be simulated.
    """
    buyers = "as many buyers as get a turn" if scenario.buyer_count is None else f"{scenario.buyer_count:,} buyers"
    parts = [table(["setting", "value", "what it is"], settings(scenario), f"A surge of {buyers}")]
    if rows := behaviour(scenario):
        head = ["kind of buyer", *scenario.kinds, "what it is"]
        parts.append(table(head, [[name, *values, about] for name, about, values in rows]))
    if scenario.schedule is not None:
        parts.append(schedule_html(scenario.schedule))
    return "".join(parts)
