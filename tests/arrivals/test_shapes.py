"""Where chance does not rule, profiles expect and bring exactly what they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import shapes, unhurried

from booking_sim.arrivals import Burst, Constant, Stages, Sum
from booking_sim.arrivals.curve import Curve, Piece


@unhurried
@given(shapes, st.floats(0, 70))
def test_shapes_are_never_half_an_arrival_away_from_the_plan(shape, time):
    came = np.searchsorted(shape.schedule().times, time)
    assert abs(came - shape.expected(np.array(time))) <= 0.5 + 1e-6


@unhurried
@given(shapes, st.floats(0, 1))
def test_the_curve_and_its_inverse_agree(shape, share):
    count = np.array(share * shape.total)
    time = shape.curve.when(count)
    assert 0 <= time <= shape.end
    if not isinstance(shape, Burst):
        assert shape.expected(time) == pytest.approx(count, rel=1e-6, abs=1e-4)


def test_a_burst_is_one_instant():
    schedule = Burst(5000, at=10).schedule()
    assert len(schedule) == 5000
    assert (schedule.times == 10).all()
    assert Burst(5000).expected(np.array([0, 1e-9])).tolist() == [0, 5000]


def test_an_instant_comes_after_its_own_time_also_when_more_follows():
    curve = Curve([Piece(1, 5, 5), Piece(0, at_once=50), Piece(1, 5, 5)])
    assert curve.expected(np.array([1, 1 + 1e-12, 2])) == pytest.approx([5, 55, 60])
    assert curve.when(np.array([4, 5, 30, 55, 60])) == pytest.approx([0.8, 1, 1, 1, 2])


def test_constant_arrivals_are_evenly_spaced():
    assert Constant(4, 1).schedule().times.tolist() == [0.125, 0.375, 0.625, 0.875]


def test_a_stage_of_no_length_jumps():
    steps = Stages(((0, 10), (10, 10), (0, 30), (10, 30), (10, 0)))
    assert steps.expected(np.array([5, 10, 15, 20, 25, 30])).tolist() == [50, 100, 250, 400, 512.5, 550]
    assert steps.end == 30


def test_a_sum_expects_and_brings_what_its_parts_do():
    burst, constant = Burst(50, at=1), Constant(10, 5)
    both = burst + constant
    assert both.total == 100
    assert both.end == 5
    together = np.sort(np.concatenate([burst.schedule().times, constant.schedule().times]))
    assert np.array_equal(both.schedule().times, together)
    assert (burst + constant) + burst == burst + (constant + burst) == Sum((burst, Sum((constant, burst))))
