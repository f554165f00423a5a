"""Profiles to plan schedules from, one of the design and any at random, and how likely a schedule is by chance."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from booking_sim.arrivals import Burst, Constant, Poisson, Ramp, Spike, Stages

unhurried = settings(deadline=None)  # a busy machine is not a failure

ON_SALE = Spike(base_rate=20, peak_rate=900, at=5, rise=2, fall=30, duration=60)

rates = st.integers(1, 200) | st.floats(0.5, 200)
lengths = st.integers(1, 20_000).map(lambda ms: ms / 1000)
shapes = st.one_of(
    st.builds(Constant, rate=rates, duration=lengths),
    st.builds(Ramp, start_rate=rates, end_rate=st.just(0) | rates, duration=lengths),
    st.builds(Spike, peak_rate=rates.map(lambda rate: rate + 200), duration=st.just(60), base_rate=rates, fall=lengths),
    st.builds(Burst, buyers=st.integers(1, 500), at=st.just(0) | lengths),
    st.builds(lambda *stages: Stages(((1, 50), *stages)), *[st.tuples(st.just(0) | lengths, st.just(0) | rates)] * 3),
)
profiles = st.lists(shapes | st.builds(Poisson, shapes), min_size=1, max_size=3).map(lambda parts: sum_of(*parts))


def sum_of(first, *others):
    for other in others:
        first += other
    return first


def chance_of(uniform):
    """At most how likely it is that uniform numbers from 0 to 1 stray this far from uniform (Massart's bound, 1990)."""
    count = len(uniform)
    above = np.arange(1, count + 1) / count - np.sort(uniform)
    distance = max(above.max(), (1 / count - above).max())  # Kolmogorov's and Smirnov's
    return 2 * np.exp(-2 * count * distance**2)
