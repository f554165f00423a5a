"""The chart of arrivals shows the plan and what was drawn, in the same bins."""

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from booking_sim.arrivals import Burst, Constant, Poisson, Spike
from booking_sim.plots import arrivals_over_time
from booking_sim.stats.arrivals import arrival_rates

ON_SALE = Spike(base_rate=20, peak_rate=900, at=5, rise=2, fall=30, duration=60) + Burst(500, at=60)


@pytest.fixture
def ax():
    return Figure().add_subplot()


@pytest.mark.parametrize("schedule", [ON_SALE.schedule(), ON_SALE.schedule().faster(60), ON_SALE.schedule().first(99)])
def test_nobody_is_left_out_of_the_rates(schedule):
    rates = arrival_rates(schedule)
    width = rates.index[1]
    assert rates["drawn"].sum() * width == pytest.approx(len(schedule))
    assert rates["planned"].sum() * width == pytest.approx(schedule.planned)
    assert len(rates) <= 101


def test_rates_are_per_second():
    rates = arrival_rates(Constant(500, 30).schedule())
    assert rates["planned"].to_numpy() == pytest.approx(500)
    assert rates["drawn"].to_numpy() == pytest.approx(500)
    assert rates.index[-1] == 29.5
    assert arrival_rates(Constant(500, 30).schedule().faster(60))["planned"].to_numpy() == pytest.approx(30_000)


def test_a_burst_alone_stands_in_the_first_bin():
    rates = arrival_rates(Burst(500).schedule())
    assert rates["drawn"].tolist() == rates["planned"].tolist() == [50_000, *[0] * 99]


def test_the_chart_draws_both_in_the_same_bins(ax):
    schedule = Poisson(ON_SALE).schedule(3)
    assert arrivals_over_time(schedule, ax=ax) is ax
    drawn, planned = (patch.get_data() for patch in ax.patches)
    rates = arrival_rates(schedule)
    assert np.array_equal(drawn.values, rates["drawn"])
    assert np.array_equal(planned.values, rates["planned"])
    assert np.array_equal(drawn.edges, planned.edges)
    assert np.array_equal(drawn.edges[:-1], rates.index)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [f"drawn: {len(schedule):,}", "planned: 15,780"]
    assert ax.get_ylabel() == "arrivals per second\n(an input), bins of 1 s"


def test_an_empty_schedule_is_drawn_empty(ax):
    arrivals_over_time(Burst(5).schedule().first(0), ax=ax)
    assert ax.get_legend().get_texts()[0].get_text() == "drawn: 0"


def test_a_figure_is_made_when_none_is_given():
    axes = arrivals_over_time(Burst(5).schedule())
    plt.close(axes.figure)
    assert axes.patches
