"""Judges the history of a run: the answers that buyers got, against what the tables have when all is over.

Every attempt counts as a call that was invoked and then ok, failed or unknown. What is reported as violated is so.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Protocol

import pandas as pd

from booking_sim.proof.clocks import Clocks
from booking_sim.proof.history import Circumstances, History
from booking_sim.proof.rules import check, unchecked
from booking_sim.proof.story import shortest_history
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.scenario.scenario import Scenario


class Run(Protocol):
    """What of a SurgeResult is judged."""

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""

    @property
    def recorded(self) -> RecordedAttempts:
        """Where its attempts are."""

    @property
    def holds(self) -> pd.DataFrame:
        """One row per hold in the tables."""

    @property
    def manifest(self) -> Any:
        """With what it was run."""


def prove(result: Run) -> pd.DataFrame:
    """Judge the history of a run: every answer that a buyer received, and every row that the run left.

    The audit judges the tables alone. This compares them with the answers, and
    the answers with each other.

    Args:
        result: A run, as `surge` or `load` gives it.

    Returns:
        One row per rule: `name`; `rule`, the sentence that must be true; `verdict`:
        "holds", "violated" or "cannot tell"; `judged`, how many answers or rows of the
        tables; `violations` and `untold`, how many violate it or could not be judged;
        `reason`, why not; and `offenders`, the first five that violate it, as dicts.

    Example:
        Judge a run that was kept:

            from booking_sim import load, prove

            prove(load("results/20261122T120000Z-surge"))
    """
    if result.manifest.history is None:
        return unchecked()
    return check(result.recorded, result.holds, _circumstances(result))


def explain(result: Run, offender: Mapping[str, Any]) -> pd.DataFrame:
    """Pick the shortest history that shows a violation, for people and for `booking_sim.plots.timeline`.

    Args:
        result: A run, as `surge` or `load` gives it.
        offender: One of `prove(result)["offenders"]`.

    Returns:
        One row per call and one per hold, in the order in which they began: `begin` and
        `end` in seconds since the start, `buyer`, `intent_id`, `what` and `outcome`.
    """
    history = History.of(result.recorded, result.holds, _circumstances(result))
    return shortest_history(Clocks.of(history), offender)


def _circumstances(result: Run) -> Circumstances:
    return Circumstances.of(result.scenario, **asdict(result.manifest.history))
