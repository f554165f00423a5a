"""What should be known before the metrics of a run are believed: a sentence each."""

import math
from typing import Final

import pandas as pd

from booking_sim.scenario.scenario import Scenario

_NEAR: Final = 0.5
"""The share of a hold from which on waiting is said to come near it: two waits, to hold and to pay, use it up."""
_FIRST: Final = 0.005
"""The share of the calls from which on first calls decide about the p99."""
_HIGHEST: Final = (("p999_ms", "p99.9"), ("p99_ms", "p99"), ("p95_ms", "p95"), ("p50_ms", "p50"))


def caveats(summary: pd.Series, scenario: Scenario) -> list[str]:
    """Say what the metrics of a run do not show by themselves.

    Args:
        summary: As SurgeResult.summary gives it.
        scenario: What was run.

    Returns:
        A sentence for each; nothing if they can be read as they are.
    """
    return [
        *_not_reached(summary),
        *_near_the_hold(summary, scenario),
        *_unclear(summary),
        *_first_calls(summary, scenario),
    ]


def _not_reached(summary: pd.Series) -> list[str]:
    missing = [label for name, label in _HIGHEST if math.isinf(summary[name])]
    if not missing:
        return []
    sentence = (
        f"{summary['answered_share']:.1%} of {summary['offered']:,} calls were answered; {summary['lost']:,} were sent"
        f" and lost, the rest were not sent. So {', '.join(reversed(missing))} of the latency are not reached."
    )
    return [sentence]


def _near_the_hold(summary: pd.Series, scenario: Scenario) -> list[str]:
    hold_ms = 1000 * scenario.seconds(scenario.hold)
    share, waited_ms = ("1 of 100", summary["p99_ms"])
    if math.isinf(waited_ms):
        share, waited_ms = ("half of the", summary["p50_ms"])
    if not _NEAR * hold_ms <= waited_ms < math.inf:
        return []
    shorter = f", {scenario.time_scale:g} times shorter than in life" if scenario.time_scale > 1 else ""
    sentence = (
        f"Waiting comes near the hold: {share} requests took {waited_ms:,.0f} ms or longer, and a hold lasts"
        f" {hold_ms:,.0f} ms in this run{shorter}. Holds run out for this reason; latency did not scale."
    )
    return [sentence]


def _first_calls(summary: pd.Series, scenario: Scenario) -> list[str]:
    is_many = summary["first_calls"] >= _FIRST * summary["answered"]
    if not (is_many and summary["p50_first_call_ms"] >= summary["p95_database_ms"]):
        return []
    advice = "Warm the connections (cold = no), or leave" if scenario.cold else "Leave"
    sentence = (
        f"The slowest calls are first calls: {summary['first_calls']:,} of {summary['answered']:,} were the first of"
        f" their connection, and half of these took {summary['p50_first_call_ms']:,.0f} ms or longer in the database."
        f" {advice} the beginning out (warm_up = 5s)."
    )
    return [sentence]


def _unclear(summary: pd.Series) -> list[str]:
    sentences = []
    if summary["oversold_unclear"]:
        sentences.append(
            f"Whether {summary['oversold_unclear']:,} tickets were sold twice is not known: attempts are missing, and"
            " the tables show releases that nobody recorded."
        )
    if summary["held_too_late"]:
        sentences.append(
            f"{summary['held_too_late']:,} buyers got their hold by a repeated request, after it had run out: they do"
            " not count as held."
        )
    return sentences
