"""The stated confidence: exact for a known number of claims, and nothing is promised by rounding."""

from decimal import Decimal, getcontext

import pytest

from booking_sim.contract import Confidence, PointResult, confidence

getcontext().prec = 60


@pytest.mark.parametrize("claims", [1, 2, 3, 10, 999, 40_000, 1_234_567, 10**12])
def test_the_rate_is_the_one_at_which_that_many_claims_pass_one_time_in_twenty(claims):
    exact = 1 - Decimal("0.05") ** (1 / Decimal(claims))
    assert Confidence(claims).rate == pytest.approx(float(exact), rel=1e-12)
    assert Confidence(claims).one_in == pytest.approx(float(1 / exact), rel=1e-12)


@pytest.mark.parametrize(
    ("claims", "stated"),
    [
        (1, "1"),
        (30, "10"),
        (300, "100"),
        (3000, "1,000"),
        (10_000, "3,300"),
        (40_000, "13,000"),
        (3_000_000, "1,000,000"),
    ],
)
def test_the_sentence(claims, stated):
    sentence = f"no violation in {claims:,} claims: rarer than 1 in {stated} with 95 % confidence"
    assert str(Confidence(claims)) == sentence
    assert int(stated.replace(",", "")) <= Confidence(claims).one_in


def result(point, claims, problem=None, *, required=True):
    return PointResult(point, "A sentence.", required, problem, 1.0, claims)


def test_only_the_claims_under_stress_count():
    results = [
        result("bad_input", 70),
        result("never_waits", 5, "it waited", required=False),
        result("one_holder", 900),
        result("proved", 2000),
    ]
    assert confidence(results) == Confidence(2900)


@pytest.mark.parametrize(
    "results",
    [
        [result("one_holder", 900, "ticket 1 has two holders")],
        [result("one_holder", 900), result("audited", 0, "violations: 1 of one_live_intent")],
        [result("one_holder", 0), result("proved", 0)],
        [result("bad_input", 70)],
    ],
)
def test_nothing_is_stated_of_a_broken_contract_or_without_a_stress_test(results):
    assert confidence(results) is None
