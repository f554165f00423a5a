"""Where chance rules, schedules follow their profiles as closely as chance does, and no closer."""

import numpy as np
import pytest
from profiles import ON_SALE, chance_of

from booking_sim.arrivals import Burst, Constant, Poisson, Ramp, Stages


def test_the_chance_tells_uniform_from_nearly_uniform():
    uniform = np.random.default_rng(1).random(5000)
    assert chance_of(uniform) > 0.01
    assert chance_of(uniform**1.1) < 1e-6


@pytest.mark.parametrize(
    "profile",
    [Constant(200, 30), Ramp(0, 500, 30), Ramp(500, 0, 30), ON_SALE, Stages(((5, 300), (0, 50), (20, 50), (5, 400)))],
    ids=str,
)
def test_poisson_arrivals_follow_the_expected_rate(profile):
    schedule = Poisson(profile).schedule(seed=7)
    rescaled = profile.expected(schedule.times)
    gaps = np.diff(rescaled, prepend=0)
    assert chance_of(rescaled / profile.total) > 0.001
    assert chance_of(np.exp(-gaps)) > 0.001  # exponential, as those of independent people are
    assert abs(len(schedule) - profile.total) < 4 * np.sqrt(profile.total)


def test_poisson_arrivals_stray_as_often_as_they_should():
    chances = [
        chance_of(ON_SALE.expected(Poisson(ON_SALE).schedule(seed).times) / ON_SALE.total) for seed in range(400)
    ]
    assert 0.05 < np.mean(np.array(chances) < 0.1) < 0.15


def test_the_statistics_see_another_rate():
    times = Poisson(Ramp(0, 500, 30)).schedule(seed=7).times
    assert chance_of(Ramp(50, 450, 30).expected(times) / 7500) < 1e-6


def test_poisson_counts_vary_as_much_as_they_should():
    counts = [len(Poisson(ON_SALE).schedule(seed)) for seed in range(400)]
    assert abs(np.mean(counts) / ON_SALE.total - 1) < 0.01
    assert 0.75 < np.var(counts) / np.mean(counts) < 1.25


def test_poisson_of_a_burst_draws_how_many_come_at_once():
    schedule = Poisson(Burst(5000, at=3)).schedule(seed=7)
    assert len(schedule) != 5000
    assert abs(len(schedule) - 5000) < 300
    assert (schedule.times == 3).all()


def test_parts_of_a_sum_are_drawn_independently():
    twice = Poisson(Constant(100, 30)) + Poisson(Constant(100, 30))
    times = twice.schedule().times
    assert len(np.unique(times)) == len(times)
    assert chance_of(twice.expected(times) / twice.total) > 0.01
