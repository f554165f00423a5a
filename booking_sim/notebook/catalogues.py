"""The catalogues of scenarios and strategies as a notebook shows them, and a strategy by itself."""

from booking_sim.display.templates import table
from booking_sim.scenario.ready import ScenarioCatalogue
from booking_sim.strategies import Strategy
from booking_sim.strategies.files import StrategyCatalogue


def scenarios_html(catalogue: ScenarioCatalogue) -> str:
    """Write the ready scenarios as a table.

    Args:
        catalogue: What each is, by its name.
    """
    return table(["scenario", "what it is"], catalogue.items())


def strategies_html(catalogue: StrategyCatalogue) -> str:
    """Write strategies as a table, with a row for each.

    Args:
        catalogue: The strategies.
    """
    head = ("strategy", "what it is", "safe", "what it costs")
    return table(head, [(each.name, each.title, each.safe, each.costs) for each in catalogue], tones={"no": "bad"})


def strategy_html(strategy: Strategy) -> str:
    """Write what the file of a strategy says of it, as a table.

    Args:
        strategy: The strategy.
    """
    rows = {
        "does": strategy.does,
        "used by": strategy.used_by,
        "costs": strategy.costs,
        "safe": strategy.safe,
        "its client repeats the call after": ", ".join(strategy.retry),
    }
    said = [row for row in rows.items() if row[1] != ""]
    return table(["strategy", strategy.name], said, strategy.title, {"no": "bad"})
