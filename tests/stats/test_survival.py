"""How long holds last: against a published table, and with what is censored found from what ended."""

import numpy as np
import pytest
from made_up import holds

from booking_sim.stats import expiry_delay, hold_survival

REMISSIONS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
"""Weeks of remission with 6-MP (Freireich and others, Blood 21, 1963), the example of most books, and its estimate."""


def test_the_estimate_is_the_published_one():
    frame = holds(*((0, "expired", week) for week in REMISSIONS), *((0, "released", week) for week in CENSORED))
    found = hold_survival(frame, until=99).set_index("age_s")
    steps = found[found["expired"] > 0]
    assert steps["share"].round(3).to_dict() == PUBLISHED
    assert steps["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    # The exponential Greenwood interval at week 10, by its formula.
    share, terms = PUBLISHED[10], sum(d / (n * (n - d)) for d, n in ((3, 21), (1, 17), (1, 15)))
    spread = 1.959964 * np.sqrt(terms) / abs(np.log(share))
    assert found.loc[10, ["low", "high"]].tolist() == pytest.approx(
        [share ** np.exp(spread), share ** np.exp(-spread)], abs=0.002
    )


@pytest.mark.parametrize("end", ["confirmed", "released"])
def test_what_was_paid_for_or_given_back_did_not_expire(end):
    found = hold_survival(holds((0, end, 2), (0, end, 3), (0, "expired", 6)), until=9)
    assert found["share"].tolist() == [1, 1, 0]


def test_a_hold_that_is_open_at_the_end_was_seen_that_long():
    found = hold_survival(holds((1, "open", None), (0, "expired", 6)), until=9)
    assert found[["age_s", "share", "expired"]].to_numpy().tolist() == [[6, 0.5, 1], [8, 0.5, 0]]


def test_delays_count_from_the_deadline_and_only_of_the_overdue():
    frame = holds((0, "expired", 5.5), (0, "expired", 7), (0, "confirmed", 4), (0, "open", None), (8, "open", None))
    found = expiry_delay(frame, until=10)
    assert found[["overdue_s", "at_risk", "expired"]].to_numpy().tolist() == [[0.5, 3, 1], [2, 2, 1], [5, 1, 0]]
    assert found["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1 / 3])


@pytest.mark.parametrize("statistic", [hold_survival, expiry_delay])
def test_no_hold_gives_no_row(statistic):
    assert len(statistic(holds(), until=1)) == 0
