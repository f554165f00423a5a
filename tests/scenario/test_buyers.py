"""The buyers drawn as arrays are those that the workers of a surge simulate, one by one."""

import time

import numpy as np
import pytest

from booking_sim.errors import SettingError
from booking_sim.load_generator.worker.buyer_session import Population
from booking_sim.load_generator.worker.request import Result
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.records.attempts import Call
from booking_sim.scenario.buyers import PAYMENT_KINDS, draw_buyers, uniforms
from booking_sim.scenario.draws import Draws, Purpose
from booking_sim.scenario.kinds import Payment
from booking_sim.scenario.scenario import Scenario

SCENARIO = Scenario(
    events=3,
    buyers=400,
    quantity=3,
    time_scale=10,
    seed=2**63 - 1,
    kinds={
        "fan": {"share": 3, "quantity": {1: 0.3, 2: 0.7}, "pays": 0.5, "fails": 0.2, "late": 0.2, "think": "~20s"},
        "bot": {"share": 1, "at_once": 3, "pays": 0.5, "think": "10s..20s"},
        "agent": {"share": 1, "quantity": 4, "pays": 1, "think": "7s"},
    },
)


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1])
@pytest.mark.parametrize("purpose", Purpose)
def test_arrays_draw_the_same_numbers_bit_for_bit(seed, purpose):
    rng = np.random.default_rng(1)
    buyers, sessions = rng.integers(0, 10_000_000, 200), rng.integers(0, 1000, 200)
    for count in (0, 5):
        one_by_one = [
            Draws(seed, int(buyer)).unit(purpose, int(session), count)
            for buyer, session in zip(buyers, sessions, strict=True)
        ]
        assert uniforms(seed, buyers, sessions, purpose, count).tolist() == one_by_one


def test_the_arrays_are_the_buyers_of_a_surge():
    names = list(SCENARIO.kinds)
    workload = Workload(SCENARIO.kinds, range(3), 3, 300.0, 10.0, (), SCENARIO.seed)
    population = Population(workload)
    drawn = draw_buyers(SCENARIO)
    number = 0
    for buyer in range(400):
        for session, request in enumerate(population.admit(buyer)):
            assert (drawn.buyer[number], drawn.session[number]) == (buyer, session)
            assert names[drawn.kind[number]] == request.buyer.kind
            assert drawn.event[number] == request.buyer.event_id
            assert b"%d" % drawn.quantity[number] == request.parameters[2]
            check_payment(request, PAYMENT_KINDS[drawn.payment[number]], drawn.think_s[number])
            number += 1
    assert len(drawn) == number
    assert drawn.planned_s is None


def check_payment(request, payment, think_s):
    request.end(Result("held", 0.0, (b"held", (17).to_bytes(8))))
    pause = next(request.session, None)
    if payment is Payment.NEVER:
        assert (pause, think_s) == (None, 0)
        return
    assert pause == pytest.approx(think_s + (300 if payment is Payment.LATE else 0), abs=1e-9)
    assert next(request.session).call is (Call.RELEASE if payment is Payment.FAILS else Call.CONFIRM)


def test_each_comes_when_it_is_planned():
    scenario = SCENARIO.replace(arrivals="poisson(constant(rate=20, duration=20s))")
    drawn = draw_buyers(scenario)
    assert np.array_equal(drawn.planned_s, scenario.schedule.times[drawn.buyer])


def test_it_takes_to_know_how_many_come():
    with pytest.raises(SettingError, match="duration alone does not say how many buyers come"):
        draw_buyers(Scenario(duration="5s"))


def test_a_buyer_takes_less_than_before():
    """27 us each were measured when each had a generator of its own."""
    scenario = SCENARIO.replace(buyers=50_000)
    began = time.thread_time()
    draw_buyers(scenario)
    assert (time.thread_time() - began) / 50_000 < 9e-6
