"""Strategies side by side: the same seeded surge over each, in interleaved rounds, on one server."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from booking_sim.comparison.result import Comparison
from booking_sim.comparison.run import run_comparison
from booking_sim.errors import SettingError
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario, ScenarioSettings
from booking_sim.strategies import catalogue, find

ROUNDS = 3


def compare(
    strategies: Sequence[str | Path] = (),
    scenario: Scenario | str | Path | None = None,
    *,
    rounds: int = ROUNDS,
    url: str | None = None,
    progress: bool | None = None,
    **settings: Unpack[ScenarioSettings],
) -> Comparison:
    """Run the same surge over several strategies, and set their metrics side by side.

    Each run has a scratch database of its own, the default strategy's too. In each
    round every strategy runs once, and each round begins with another one, so that
    whatever the machine does in the meantime happens to all. Ctrl-C, or a stopped cell,
    ends the comparison after the run that it stops, and returns the runs before it.

    What is measured is the whole: server, generator and observer share the machine if
    they are on one. Where the generator was at work all the time, strategies are closer
    to each other than they would be to faster buyers; `Comparison.limited` names them.

    Args:
        strategies: Names of the catalogue, or paths of .sql files; none: the whole
            catalogue.
        scenario: What to simulate: a scenario, the name of a ready one, or the path of
            a .toml file; the defaults of Scenario if None. Its own strategy does not
            matter.
        rounds: How often each strategy runs.
        url: The server, as a libpq URL of any database there; its data is not changed.
            None: POSTGRES_URL, else the PG* variables, else the embedded server.
        progress: Whether to show a bar. None: on a terminal and in a notebook.
        **settings: Settings of Scenario by name; they override those of `scenario`.

    Returns:
        The comparison: every run, the table, the chart.

    Raises:
        SettingError: A setting is invalid, a strategy is unknown or named twice, or
            the server will not have it.

    Example:
        The default beside your own file:

            from booking_sim import compare

            comparison = compare(["default", "mine.sql"], tickets=5000, buyers=50_000)
            comparison  # the picture and the table
    """
    if "strategy" in settings:
        raise SettingError(
            f"strategy={settings['strategy']} is invalid: expected the strategies to compare as the first argument."
        )
    if isinstance(strategies, str | Path):
        raise SettingError(
            f"strategies={str(strategies)!r} is invalid: expected a list, such as [{str(strategies)!r}]."
        )
    if not isinstance(rounds, int) or rounds < 1:
        raise SettingError(f"rounds={rounds} is invalid: expected a whole number from 1 on.")
    chosen = [find(name) for name in strategies] or catalogue()
    names = [strategy.name for strategy in chosen]
    for name in names:
        if names.count(name) > 1:
            raise SettingError(f"The strategy {name!r} is named twice: name each once, and give files names.")
    return run_comparison(make_scenario(scenario, settings), chosen, rounds=rounds, url=url, progress=progress)
