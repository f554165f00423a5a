"""A schedule is a value: the same from the same seed; shared out, cut short and sped up, the same people come."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import ON_SALE, profiles, unhurried

from booking_sim.arrivals import Burst, Constant, Poisson
from booking_sim.errors import BookingSimError
from booking_sim.stats.arrivals import arrival_rates


@unhurried
@given(profiles, st.integers(0, 2**63))
def test_a_seed_gives_one_schedule(profile, seed):
    schedule = profile.schedule(seed)
    assert profile.schedule(seed) == schedule == pickle.loads(pickle.dumps(profile)).schedule(seed)
    assert hash(profile.schedule(seed)) == hash(schedule)
    assert (np.diff(schedule.times) >= 0).all()
    assert schedule.times.dtype == np.float64
    assert (schedule.times >= 0).all()
    assert (schedule.times <= schedule.end).all()


def test_another_seed_gives_another():
    assert Poisson(ON_SALE).schedule(1) != Poisson(ON_SALE).schedule(2)
    assert Constant(5, 5).schedule() != Constant(5, 5).schedule().faster(2)


def test_a_seed_gives_the_same_on_every_machine_and_in_every_version():
    times = Poisson(Constant(1, 5)).schedule(seed=1).times
    exactly = [
        0.03868256448116003,
        0.800876834127478,
        1.3479667765493264,
        1.5629565741697165,
        1.9292719083316472,
        2.5277592468855454,
        4.349289803425447,
    ]
    assert times.tolist() == exactly


def test_what_is_added_changes_nothing_in_what_was_there():
    alone = Poisson(ON_SALE).schedule(3).times
    assert np.isin(alone, (Poisson(ON_SALE) + Burst(5) + Poisson(Constant(5, 5))).schedule(3).times).all()


@unhurried
@given(profiles, st.integers(1, 40))
def test_workers_share_the_schedule_whatever_their_number(profile, workers):
    schedule = profile.schedule(5)
    again = np.full(len(schedule), np.nan)
    for worker in range(workers):
        again[worker::workers] = schedule.share(worker, workers)
    assert np.array_equal(again, schedule.times)


def test_a_schedule_does_not_change():
    schedule = Constant(5, 5).schedule()
    with pytest.raises(ValueError, match="read-only"):
        schedule.times[0] = 3


# Cut short, and sped up


@unhurried
@given(profiles, st.floats(0, 70))
def test_until_keeps_those_who_come_before(profile, end):
    whole = profile.schedule()
    cut = whole.until(end)
    assert np.array_equal(cut.times, whole.times[: len(cut)])
    if end <= whole.end:
        assert (cut.times < end).all()
        assert (whole.times[len(cut) :] >= end).all()
        assert cut.planned == cut.expected(np.array(np.inf)) == whole.expected(np.array(end))
        assert cut.end == end
    else:
        assert cut is whole


@unhurried
@given(profiles, st.integers(0, 3000))
def test_first_keeps_so_many(profile, buyers):
    whole = profile.schedule()
    cut = whole.first(buyers)
    assert np.array_equal(cut.times, whole.times[:buyers])
    assert cut.end <= whole.end
    assert cut.planned <= max(buyers, whole.planned)


def test_time_scale_keeps_everything_in_proportion():
    whole = (Poisson(ON_SALE) + Burst(50, at=30)).schedule()
    fast = whole.faster(60)
    assert np.array_equal(fast.times, whole.times / 60)
    assert (fast.end, fast.planned, len(fast)) == (1, whole.planned, len(whole))
    assert np.allclose(fast.expected(np.array([0.1, 0.5, 0.9])), whole.expected(np.array([6, 30, 54])))
    assert fast.until(0.25).times.tolist() == whole.until(15).faster(60).times.tolist()
    assert fast.faster(0.5) == whole.faster(30)


@pytest.mark.parametrize("time_scale", [0, -1, np.nan, np.inf])
def test_time_cannot_stand_still(time_scale):
    with pytest.raises(BookingSimError, match=rf"time_scale={time_scale} is invalid: expected a number above 0"):
        Burst(5).schedule().faster(time_scale)


@pytest.mark.parametrize(
    "empty",
    [
        Burst(5).schedule().until(0),
        Burst(5).schedule().first(0),
        Constant(0.1, 1).schedule(),
        ON_SALE.schedule().until(0),
    ],
)
def test_a_schedule_may_be_empty(empty):
    assert len(empty) == len(empty.share(0, 2)) == len(empty.faster(60)) == 0
    assert empty.until(1e9) is empty
    assert not arrival_rates(empty)["drawn"].any()


def test_a_schedule_says_what_it_is():
    schedule = Constant(500, 30).schedule(seed=3)
    assert repr(schedule) == "<Schedule: 15,000 arrivals in 30 s of constant(rate=500, duration=30s), seed 3>"
    assert "in 0.5 s of constant(rate=500, duration=30s), 60 times as fast" in repr(schedule.faster(60))


@pytest.mark.parametrize("seed", [-1, 1.5, None, "x"])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(BookingSimError, match=rf"^seed={seed!r} is invalid: expected a whole number from 0\.$"):
        ON_SALE.schedule(seed)
