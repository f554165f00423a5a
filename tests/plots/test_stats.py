"""What is counted, on attempts whose truth is known."""

import math

import pytest
from made_up import attempts, failed, held, refused

from booking_sim.attempts import OUTCOMES
from booking_sim.stats import latency, outcomes


def test_a_buyer_counts_by_the_last_word():
    frame = attempts(refused(1, 0.0, "contended"), held(1, 0.5, 11, 1, attempt=2), failed(2, 0.1), refused(3, 0.2))
    assert outcomes.last_words(frame).to_dict() == {1: "held", 2: "error", 3: "sold_out"}


def test_a_ticket_told_to_two_buyers_at_once_is_sold_twice():
    frame = attempts(held(1, 0.0, 11, 1, expires_s=300), held(2, 0.1, 12, 1, expires_s=301), held(3, 0.1, 13, 2))
    assert outcomes.sold_twice(frame, hold_s=300) == 1


def test_a_ticket_held_again_after_its_deadline_is_not():
    frame = attempts(held(1, 0.0, 11, 1, expires_s=300), held(2, 0.1, 12, 1, expires_s=600))
    assert outcomes.sold_twice(frame, hold_s=300) == 0


def test_the_same_hold_told_twice_is_one():
    frame = attempts(held(1, 0.0, 11, 1), held(1, 0.1, 11, 1, attempt=2))
    assert outcomes.sold_twice(frame, hold_s=300) == 0


def test_rates_add_up_to_the_attempts():
    frame = attempts(*(refused(buyer, buyer / 100) for buyer in range(200)), held(200, 0.0, 1, 1))
    rates = outcomes.rate_over_time(frame, bins=10)
    width = rates.index[1] - rates.index[0]
    assert list(rates.columns) == list(OUTCOMES)
    assert len(rates) <= 10
    assert rates.sum().sum() * width == pytest.approx(201)
    assert rates.loc[0, "held"] * width == pytest.approx(1)


def test_percentiles_are_latencies_that_were_measured():
    frame = attempts(*(refused(buyer, 0.0, latency_ms=float(buyer + 1)) for buyer in range(200)), failed(999, 0.0))
    assert latency.percentiles(frame).to_dict() == {50: 100.0, 95: 190.0, 99: 198.0}


def test_nothing_gives_no_percentile_and_no_rate():
    assert all(math.isnan(value) for value in latency.percentiles(attempts()))
    assert outcomes.rate_over_time(attempts()).sum().sum() == 0
    assert outcomes.sold_twice(attempts(), hold_s=1) == 0
    assert len(outcomes.last_words(attempts())) == 0


def test_the_curve_ends_at_every_answer():
    frame = attempts(refused(1, 0.0, latency_ms=4.0), refused(2, 0.0, latency_ms=2.0), failed(3, 0.0))
    assert latency.curve(frame).to_dict("list") == {"latency_ms": [2.0, 4.0], "percent": [50.0, 100.0]}
