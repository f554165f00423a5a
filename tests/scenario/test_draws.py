"""Draws are a function of seed, buyer, session, purpose and count alone, and as good as random."""

from collections import Counter

import numpy as np
import pytest
from scipy.stats import kstest

from booking_sim.scenario.draws import Draws, Purpose, choose, length, shares


def test_what_a_seed_means_never_changes():
    drawn = [Draws(seed, buyer).unit(Purpose.PAYMENT, session) for seed, buyer, session in ((0, 0, 0), (7, 12, 1))]
    assert drawn == [0.7186647497404154, 0.8276705079305522]


@pytest.mark.parametrize("varied", ["seed", "buyer", "session", "purpose", "count"])
def test_each_part_of_the_address_gives_independent_numbers(varied):
    def draw(number):
        at = {"seed": 1, "buyer": 5, "session": 0, "purpose": 0, "count": 0} | {varied: number}
        return Draws(at["seed"], at["buyer"]).unit(at["purpose"], at["session"], at["count"])

    drawn = np.array([draw(number) for number in range(250 if varied == "purpose" else 4000)])
    assert kstest(drawn, "uniform").pvalue > 1e-4
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 4 / np.sqrt(len(drawn))


def test_weights_are_kept():
    cumulative = shares([3, 0, 1])
    chosen = Counter(choose(cumulative, 0, 3, Draws(1, buyer).unit(Purpose.KIND)) for buyer in range(4000))
    assert chosen[0] / 4000 == pytest.approx(0.75, abs=0.03)
    assert chosen[1] == 0
    assert choose(cumulative, 0, 3, 1 - 2**-53) == 2


def test_lengths_are_drawn_as_they_say():
    drawn = [Draws(1, buyer).unit(Purpose.THINK) for buyer in range(4000)]
    assert {length(2.0, 2.0, one) for one in drawn} == {2.0}
    uniform = [length(2.0, 4.0, one) for one in drawn]
    assert 2 <= min(uniform) < 2.01
    assert 3.99 < max(uniform) < 4
    assert np.mean([length(2.0, -1.0, one) for one in drawn]) == pytest.approx(2, rel=0.05)


def test_the_numbers_of_the_purposes_are_part_of_what_a_seed_means():
    assert {name: int(purpose) for name, purpose in Purpose.__members__.items()} == {
        "KIND": 0,
        "EVENT": 1,
        "QUANTITY": 2,
        "PAYMENT": 3,
        "THINK": 4,
        "REFRESH": 5,
        "RETRY": 6,
    }


def test_a_draw_is_the_first_of_the_first_session_unless_it_is_told():
    assert Draws(3, 4).unit(Purpose.THINK) == Draws(3, 4).unit(Purpose.THINK, session=0, count=0)


def test_what_is_above_all_weights_of_a_part_is_its_last():
    assert choose([0.5, 0.9, 1.0], 0, 2, 0.95) == 1
    assert choose([0.5, 0.9, 1.0], 1, 3, 0.1) == 1
