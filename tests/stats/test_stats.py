"""What is counted, on attempts whose truth is known."""

import math

import pytest
from made_up import attempts, failed, held, refused

from booking_sim.errors import BookingSimError
from booking_sim.records.attempts import OUTCOMES, Call
from booking_sim.stats import latency, outcomes, planned_and_sent
from booking_sim.stats.arrivals import is_open_loop


def test_a_buyer_counts_by_the_final_outcome():
    frame = attempts(refused(1, 0.0, "contended"), held(1, 0.5, 11, 1, attempt=2), failed(2, 0.1), refused(3, 0.2))
    assert outcomes.final_outcomes(frame).to_dict() == {1: "held", 2: "error", 3: "sold_out"}


def test_a_ticket_that_two_buyers_hold_at_once_is_oversold():
    frame = attempts(held(1, 0.0, 11, 1, expires_s=300), held(2, 0.1, 12, 1, expires_s=301), held(3, 0.1, 13, 2))
    assert outcomes.count_oversold(frame, hold_s=300) == 1


def test_a_ticket_held_again_after_its_deadline_is_not():
    frame = attempts(held(1, 0.0, 11, 1, expires_s=300), held(2, 0.1, 12, 1, expires_s=600))
    assert outcomes.count_oversold(frame, hold_s=300) == 0


def paid_for(buyer, intent_id, outcome="confirmed"):
    return refused(buyer, 0.1, outcome)._replace(call=Call.CONFIRM, intent_id=intent_id)


def test_a_ticket_that_was_paid_for_and_held_again_is_oversold():
    frame = attempts(held(1, 0.0, 11, 1, expires_s=300), paid_for(1, 11), held(2, 0.1, 12, 1, expires_s=900))
    assert outcomes.count_oversold(frame, hold_s=300) == 1


def test_a_ticket_that_was_given_back_and_held_again_is_not():
    back = paid_for(1, 11, "released")._replace(call=Call.RELEASE)
    frame = attempts(held(1, 0.0, 11, 1, expires_s=300), back, held(2, 0.1, 12, 1, expires_s=301))
    assert outcomes.count_oversold(frame, hold_s=300) == 0


def test_the_same_ticket_number_of_another_event_is_another_ticket():
    frame = attempts(held(1, 0.0, 11, 1), held(2, 0.0, 12, 1)._replace(event=2))
    assert outcomes.count_oversold(frame, hold_s=300) == 0


def test_the_final_outcome_is_about_the_ticket_and_not_about_the_payment():
    assert outcomes.final_outcomes(attempts(held(1, 0.0, 11, 1), paid_for(1, 11))).to_dict() == {1: "held"}


def test_the_same_hold_in_two_answers_is_one():
    frame = attempts(held(1, 0.0, 11, 1), held(1, 0.1, 11, 1, attempt=2))
    assert outcomes.count_oversold(frame, hold_s=300) == 0


def test_rates_add_up_to_the_attempts():
    frame = attempts(*(refused(buyer, buyer / 100) for buyer in range(200)), held(200, 0.0, 1, 1))
    rates = outcomes.rate_over_time(frame, bins=10)
    width = rates.index[1] - rates.index[0]
    assert list(rates.columns) == list(OUTCOMES)
    assert len(rates) <= 10
    assert rates.sum().sum() * width == pytest.approx(201)
    assert rates.loc[0, "held"] * width == pytest.approx(1)


@pytest.mark.parametrize("clock", latency.CLOCKS)
def test_percentiles_are_latencies_that_were_measured(clock):
    frame = attempts(*(refused(buyer, 0.0, latency_ms=float(buyer + 1)) for buyer in range(200)))
    assert latency.percentiles(frame, clock=clock).to_dict() == {50: 100.0, 95: 190.0, 99: 198.0}


@pytest.mark.parametrize("clock", latency.CLOCKS)
def test_a_percentile_beyond_the_share_answered_is_not_reached(clock):
    """Of 100 calls, 29 were answered, within 1 to 29 ms."""
    answers = [refused(buyer, 0.0, latency_ms=float(buyer + 1)) for buyer in range(29)]
    frame = attempts(*answers, *(failed(buyer, 0.0) for buyer in range(29, 100)))
    found = latency.percentiles(frame, (10, 29, 30, 50, 99), clock)
    assert found.tolist() == [10.0, 29.0, math.inf, math.inf, math.inf]
    assert latency.curve(frame, clock)["percent"].max() == 29


def test_a_call_that_was_never_sent_counts_by_each_clock_but_the_database_s():
    left = refused(1, 0.0, "gave_up")._replace(sent_at=None, latency_ms=None)
    frame = attempts(refused(0, 0.0, latency_ms=1.0), left)
    assert {clock: latency.percentiles(frame, (99,), clock)[99] for clock in latency.CLOCKS} == {
        "database": 1.0,
        "dispatch": math.inf,
        "scheduled": math.inf,
    }


def test_nothing_gives_no_percentile_and_no_rate():
    assert all(math.isnan(value) for value in latency.percentiles(attempts()))
    assert outcomes.rate_over_time(attempts()).sum().sum() == 0
    assert outcomes.count_oversold(attempts(), hold_s=1) == 0
    assert len(outcomes.final_outcomes(attempts())) == 0


def test_the_curve_ends_at_every_answer():
    frame = attempts(refused(1, 0.0, latency_ms=4.0), refused(2, 0.0, latency_ms=2.0), failed(3, 0.0))
    assert latency.curve(frame).to_dict("list") == {
        "latency_ms": [2.0, 4.0],
        "percent": pytest.approx([100 / 3, 200 / 3]),
    }


def test_a_latency_counts_from_the_clock_that_is_asked_for():
    frame = attempts(refused(1, 2.0, latency_ms=5.0)._replace(scheduled_at=0.5, queued_at=1.9))
    found = {clock: latency.percentiles(frame, (50,), clock)[50] for clock in latency.CLOCKS}
    assert found == pytest.approx({"database": 5.0, "dispatch": 105.0, "scheduled": 1505.0})
    with pytest.raises(BookingSimError, match="clock='wall' is invalid: expected one of database, dispatch, scheduled"):
        latency.percentiles(frame, clock="wall")


def test_percentiles_over_time_are_those_of_each_bin():
    rows = [refused(number, 0.001 * number, latency_ms=float(number + 1)) for number in range(100)]
    frame = attempts(*rows, refused(100, 1.9, latency_ms=7.0), failed(101, 1.0))
    found = latency.percentiles_over_time(frame, bins=2)
    assert found.index.tolist() == [0, 1]
    assert found["answers"].tolist() == [100, 1]
    assert found.loc[0, [50, 95, 99]].tolist() == [50, 95, 99]
    assert found.loc[1, 50] == 7
    assert found.loc[1, [95, 99]].isna().all()  # one of two had no answer: not reached


def test_a_buyer_waits_until_the_final_answer_retries_included():
    """Planned at 0.5 s, refused 'contended' at once and answered at 3 s; another one's last attempt failed."""
    first = refused(1, 1.0, "contended", latency_ms=1.0)._replace(scheduled_at=0.5)
    frame = attempts(
        first, held(1, 2.5, 1, 1, attempt=2, latency_ms=500.0), refused(2, 1.0, "contended"), failed(2, 2.0)
    )
    waited = latency.time_to_final_answer(frame.assign(attempt=[1, 1, 2, 2]))
    assert waited.to_dict() == {1: pytest.approx(2500)}


def test_one_wide_bin_is_counted_per_second():
    rates = outcomes.rate_over_time(attempts(refused(1, 0.5), refused(2, 1.5)), bins=1)
    assert rates["sold_out"].tolist() == [1.0]  # two in two seconds


def test_a_part_of_the_run_without_answers_has_no_percentile():
    found = latency.percentiles_over_time(attempts(refused(1, 0.0), refused(2, 2.5)), bins=3)
    assert found["answers"].tolist() == [1, 0, 1]
    assert found[99].isna().tolist() == [False, True, False]


def test_planned_and_sent_are_buyers_a_second():
    late = refused(2, 1.5)._replace(scheduled_at=0.5)
    found = planned_and_sent(attempts(refused(1, 0.0), late, refused(2, 1.9, attempt=2)), bins=2)
    assert found.to_dict("list") == {"planned": [2, 0], "sent": [1, 1]}


def test_bins_hold_enough_to_mean_something_unless_they_are_asked_for():
    frame = attempts(*(refused(buyer, buyer / 1000) for buyer in range(1000)))
    assert len(latency.percentiles_over_time(frame)) <= 11
    assert len(outcomes.rate_over_time(frame)) == 21
    assert len(outcomes.rate_over_time(frame.head(100))) <= 6
    assert len(outcomes.rate_over_time(frame.head(10))) <= 4
    assert len(latency.percentiles_over_time(frame, bins=50)) == 21


def test_a_loop_is_open_if_buyers_come_at_planned_instants():
    at_once = refused(1, 0.5)
    assert not is_open_loop(attempts(at_once, refused(1, 2.0, attempt=2)._replace(scheduled_at=1.0)))
    assert is_open_loop(attempts(at_once, refused(2, 0.5)._replace(scheduled_at=0.4)))
    assert not is_open_loop(attempts())


def test_retries_are_of_the_request_and_refreshes_are_requests_of_their_own():
    """Asked three times until it was held; refused, and asked again a second later; two sessions of one buyer apart."""
    frame = attempts(
        refused(1, 1.0, "contended", latency_ms=10.0),
        failed(1, 2.0, attempt=2),
        held(1, 3.0, 1, 1, attempt=3, latency_ms=20.0),
        refused(2, 1.0, latency_ms=5.0),
        refused(2, 2.0, latency_ms=6.0, attempt=2),
        refused(3, 1.0, "contended", latency_ms=7.0),
        refused(3, 2.0, latency_ms=8.0, attempt=2)._replace(session=1),
    )
    waits = latency.latencies(frame, "scheduled")
    assert sorted(waits.round(6)) == [5.0, 6.0, 7.0, 8.0, 2020.0]
    assert sorted(latency.latencies(frame, "database")) == [5.0, 6.0, 7.0, 8.0, 10.0, 20.0]


def test_a_confirm_after_a_hold_is_another_request():
    frame = attempts(refused(1, 1.0, "contended"), paid_for(1, 11)._replace(attempt=2, scheduled_at=9.0, sent_at=9.0))
    assert sorted(latency.latencies(frame, "scheduled").round(6)) == [5.0, 5.0]
