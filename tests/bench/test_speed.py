"""The goals of speed, each a ratio of two things that were measured by turns."""

import pytest

from booking_sim.bench import bench
from booking_sim.bench.generator import GOALS, P50_WITHIN, P99_WITHIN, generator
from booking_sim.bench.watching import GOAL as MOST
from booking_sim.bench.watching import watching_cost

pytestmark = pytest.mark.speed


@pytest.fixture(scope="module")
def shares(server):
    """The generator's rates as shares of pgbench's."""
    return generator(url=server.url).shares


def test_the_generator_is_as_fast_as_pgbench(shares):
    assert shares["rate"] >= GOALS["reserve"]


@pytest.mark.parametrize(("percentile", "within"), [("p50_ms", P50_WITHIN), ("p99_ms", P99_WITHIN)])
def test_its_latencies_at_half_of_capacity_are_those_of_pgbench(shares, percentile, within):
    assert shares[percentile] <= 1 + within


def test_watching_costs_little(server):
    """As far as can be measured: the noise of so short a run is larger than the cost."""
    cost = watching_cost(seconds=40, url=server.url)
    assert cost.cost - cost.error <= MOST
    assert cost.processors <= MOST


@pytest.mark.parametrize("phase", ["fresh", "half", "sold_out"])
def test_the_default_strategy_comes_near_the_baseline(server, phase):
    table = bench(phases=[phase], url=server.url, progress=False).table()
    assert list(table["situation"][~table["reached"].fillna(value=True)]) == []
