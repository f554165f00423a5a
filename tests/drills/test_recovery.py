"""The time to recovery is that of answers which stopped for a known time."""

import math

import numpy as np
import pandas as pd
import pytest

from booking_sim.drills.recovery import recovery_s

BEGAN, ENDED = 1.0, 1.2


def answers(*pauses, until=3.0):
    """Answers every 10 ms, but for some intervals."""
    answered = np.arange(0, until, 0.01)
    for begin, end in pauses:
        answered = answered[(answered <= begin) | (answered >= end)]
    return pd.DataFrame({"sent_at": answered - 0.004, "latency_ms": 4.0, "outcome": "held"})


@pytest.mark.parametrize(
    ("pauses", "seconds"),
    [
        ([], 0.0),
        ([(1.0, 1.15)], 0.0),  # shorter than a pause
        ([(0.9, 1.18)], 0.0),  # over when the fault was
        ([(1.05, 1.7)], 0.5),
        ([(1.3, 2.2)], 1.0),  # a few answers came in between, as when a server is going down
        ([(1.0, 1.3), (1.4, 1.9)], 0.7),
        ([(0.2, 0.8)], 0.0),  # before the fault
        ([(2.3, 2.9)], 0.0),  # long after it
    ],
)
def test_it_ends_with_the_last_pause_that_the_fault_made(pauses, seconds):
    assert recovery_s(answers(*pauses), BEGAN, ENDED) == pytest.approx(seconds, abs=0.011)


def test_what_never_recovers_is_not_a_number():
    assert math.isnan(recovery_s(answers(until=1.1), BEGAN, ENDED))
    assert math.isnan(recovery_s(answers(), math.nan, math.nan))


def test_a_lost_answer_is_none():
    attempts = answers()
    attempts.loc[attempts["sent_at"].between(1.1, 1.6), "outcome"] = "unknown"
    assert recovery_s(attempts, BEGAN, ENDED) == pytest.approx(0.4, abs=0.011)
