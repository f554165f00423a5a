"""All rules of the proof, in the order in which they are shown, and what they say of a history."""

import inspect
from collections.abc import Callable
from typing import Final

import pandas as pd

from booking_sim.proof.acknowledged import holds_kept, releases_kept, requested, sales_kept
from booking_sim.proof.clocks import Clocks, instants_agree
from booking_sim.proof.deadlines import live_holds_sell, no_early_ends, no_late_sales
from booking_sim.proof.finding import Finding, Verdict
from booking_sim.proof.history import Circumstances, History
from booking_sim.proof.holders import one_holder
from booking_sim.proof.order import answers_have_causes, order_is_possible
from booking_sim.proof.refusals import contended_is_true, sold_out_is_true
from booking_sim.proof.requests import one_answer, one_hold, whole_groups
from booking_sim.records.recorded import RecordedAttempts

Rule = Callable[[Clocks], Finding]

RULES: Final[tuple[Rule, ...]] = (
    holds_kept,
    sales_kept,
    releases_kept,
    requested,
    one_holder,
    sold_out_is_true,
    contended_is_true,
    no_late_sales,
    live_holds_sell,
    no_early_ends,
    one_answer,
    one_hold,
    whole_groups,
    answers_have_causes,
    order_is_possible,
    instants_agree,
)


def check(attempts: RecordedAttempts, holds: pd.DataFrame, circumstances: Circumstances) -> pd.DataFrame:
    """Judge the history of a run by every rule.

    Args:
        attempts: All of them; they are read a piece at a time, since most change nothing and can be forgotten.
        holds: One row per hold in the tables, as SurgeResult.holds, read after all database sessions of the run ended.
        circumstances: What else it is judged by.

    Returns:
        One row per rule: `name`; `rule`, the sentence that must be true; `verdict`, one of Verdict; `judged`, how many
        answers or rows of the tables; `violations` and `untold`, how many violate it or could not be judged; `reason`,
        why not; and `offenders`, the first five that violate it, as dicts.
    """
    clocks = Clocks.of(History.of(attempts, holds, circumstances))
    return pd.DataFrame([_row(rule, rule(clocks)) for rule in RULES])


def unchecked(reason: str = "nothing was read from the tables") -> pd.DataFrame:
    """The frame that `check` returns where nothing could be judged."""
    return pd.DataFrame([_row(rule, Finding(rule.__name__, 0, untold=1, reason=reason)) for rule in RULES])


def verdict(frame: pd.DataFrame) -> Verdict:
    """The verdict on a history, from what `check` returned: one rule that is violated decides."""
    said = set(frame["verdict"])
    return next((each for each in (Verdict.VIOLATED, Verdict.CANNOT_TELL) if each in said), Verdict.HOLDS)


def _row(rule: Rule, finding: Finding) -> dict[str, object]:
    return {
        "name": finding.name,
        "rule": inspect.getdoc(rule),
        "verdict": finding.verdict.value,
        "judged": finding.judged,
        "violations": finding.violations,
        "untold": finding.untold,
        "reason": finding.reason,
        "offenders": finding.offenders,
    }
