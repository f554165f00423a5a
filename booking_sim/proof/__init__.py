"""Judges the history of a run: what buyers were told, against what the tables have when all is over.

Every attempt counts as a call that was invoked and then ok, failed or unknown. What is reported as violated is so.
"""

from dataclasses import asdict
from typing import Any, Protocol

import pandas as pd

from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check, unchecked
from booking_sim.scenario.scenario import Scenario


class Run(Protocol):
    """What of a SurgeResult is judged."""

    @property
    def scenario(self) -> Scenario:
        """What was simulated."""

    @property
    def attempts(self) -> pd.DataFrame:
        """One row per attempt."""

    @property
    def holds(self) -> pd.DataFrame:
        """One row per hold in the tables."""

    @property
    def manifest(self) -> Any:
        """With what it was run."""


def prove(result: Run) -> pd.DataFrame:
    """Judge the history of a run: every answer that a buyer received, and every row that the run left.

    The audit judges the tables alone. This compares them with the answers.

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
    circumstances = Circumstances.of(result.scenario, **asdict(result.manifest.history))
    return check(result.attempts, result.holds, circumstances)
