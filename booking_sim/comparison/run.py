"""Runs the surges of a comparison, one after the other, and keeps the metrics of each."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from booking_sim.comparison.metrics import metrics
from booking_sim.comparison.result import Comparison, ComparisonManifest
from booking_sim.database import connect, open_server
from booking_sim.errors import BookingSimError
from booking_sim.live.progress import is_interactive, tqdm
from booking_sim.load_generator.run import surge
from booking_sim.result.environment import Environment
from booking_sim.result.result import SurgeResult
from booking_sim.scenario.scenario import Scenario
from booking_sim.strategies import Strategy, find
from booking_sim.strategies.applying import scratch


def run_comparison(
    scenario: Scenario, strategies: Sequence[Strategy], *, rounds: int, url: str | None, progress: bool | None
) -> Comparison:
    """Do what `booking_sim.compare` promises."""
    began_at = datetime.now(UTC)
    plan = [(number + 1, strategy) for number in range(rounds) for strategy in _turned(strategies, number)]
    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    hidden = not (is_interactive() if progress is None else progress)
    with open_server(url) as server, tqdm(total=len(plan), unit=" runs", disable=hidden, leave=False) as bar:
        for number, strategy in plan:
            bar.set_description(f"{strategy.name}, round {number}")
            try:
                result = _surge(scenario, strategy, server.url)
            except KeyboardInterrupt:  # between two surges, or said for the third time
                break
            if result.manifest.interrupted:
                break
            problems += [f"{strategy.name}, round {number}: {problem}" for problem in result.manifest.problems]
            rows.append({"strategy": strategy.name, "round": number, "safe": strategy.safe} | metrics(result))
            bar.update()
        if not rows:
            raise BookingSimError("The comparison was stopped before a run was over: let it run longer.")
        with connect(server.url) as admin:
            about = ComparisonManifest(
                started_at=began_at.isoformat(),
                ended_at=datetime.now(UTC).isoformat(),
                interrupted=len(rows) < len(plan),
                problems=problems,
                rounds=rounds,
                scenario={name: value for name, value in scenario.to_dict().items() if name != "strategy"},
                strategies={strategy.name: strategy.describe() for strategy in strategies},
                environment=Environment.read(admin, server.source),
            )
    return Comparison(pd.DataFrame(rows), about)


def _turned(strategies: Sequence[Strategy], number: int) -> list[Strategy]:
    """The strategies, each round from the next one on."""
    first = number % len(strategies)
    return [*strategies[first:], *strategies[:first]]


def _surge(scenario: Scenario, strategy: Strategy, url: str) -> SurgeResult:
    """One run; the default, which would run in the database that is given, gets a scratch database as all others do."""
    default = strategy == find("default")
    with scratch(url, strategy) if default else nullcontext(url) as place:
        return surge(scenario, strategy=strategy.path, url=place, progress=False)
