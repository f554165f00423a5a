"""The goals of speed: CPU time of one core, the median of five turns, with the drawing of the buyers."""

import resource
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from time import perf_counter, process_time

import pytest
from second_simulator import simulate_with_simpy

from booking_sim import Scenario, ServerModel, forecast
from booking_sim.forecasting.run import metrics_of

pytestmark = pytest.mark.speed

TURNS = 5
MODEL = ServerModel.exponential(5)
REFRESHERS = {"fan": {"pays": 0.5, "think": "100ms..1s", "refreshes": 9, "refresh_after": "500ms"}}
TEN_MILLION = """
from booking_sim import Scenario, ServerModel
from booking_sim.forecasting.run import metrics_of
metrics_of(Scenario(buyers=10_000_000, tickets=150_000, arrivals="poisson(constant(rate=10000, duration=1000s))"),
           ServerModel.exponential(5))
"""


def one_shot(buyers, **changes):
    return Scenario(**{
        "buyers": buyers, "tickets": 15_000, "arrivals": f"poisson(constant(rate=4000, duration={buyers / 4000:g}s))",
        "payments_first": False,
    } | changes)  # fmt: skip


def cpu_s(call, *args, **kwargs):
    """The CPU time of a call, the median of the turns."""
    spent = []
    for _ in range(TURNS):
        before = process_time()
        call(*args, **kwargs)
        spent.append(process_time() - before)
    return median(spent)


def simpy_s(scenario):
    """The CPU time of SimPy's for a scenario of which it simulates a part."""
    return cpu_s(simulate_with_simpy, scenario, 0.005)


def test_one_shot_buyers():
    assert 3_500_000 / cpu_s(metrics_of, one_shot(3_500_000), MODEL) >= 5e6


def test_refreshers_with_a_hundred_thousand_pending_timers():
    buyers = Scenario(
        tickets=100, buyers=100_000, arrivals="burst(100000)", connections=100,
        kinds={"bot": {"refreshes": 20, "refresh_after": "5s..15s"}},
    )  # fmt: skip
    model = ServerModel.constant(1)
    attempts = metrics_of(buyers, model)["attempts"]
    assert attempts > 1_500_000
    assert attempts / cpu_s(metrics_of, buyers, model) >= 1e6


def test_with_frames():
    def run():
        result = forecast(one_shot(1_000_000), server=MODEL, seeds=1)
        assert len(result.attempts) + len(result.holds) > 1_000_000

    seed_s = cpu_s(metrics_of, one_shot(1_000_000), MODEL)  # a forecast runs the first seed twice: metrics, then frames
    assert 1_000_000 / (cpu_s(run) - seed_s) >= 1e6


def test_one_shot_buyers_beside_simpy():
    few, many = (one_shot(number, tickets=10, kinds={"fan": {}}) for number in (20_000, 2_000_000))
    assert 100 * simpy_s(few) / cpu_s(metrics_of, many, MODEL) >= 100


def test_refreshers_beside_simpy():
    few, many = (one_shot(number, tickets=10, kinds=REFRESHERS, connections=200) for number in (5_000, 500_000))
    assert 100 * simpy_s(few) / cpu_s(metrics_of, many, MODEL) >= 25


def test_a_grid_on_two_cores():
    """200 points of 20 seeds and 100,000 buyers each: the time of a tenth of the points is multiplied."""
    points = [one_shot(100_000, tickets=1000 * number) for number in range(1, 21)]
    with ProcessPoolExecutor(2) as executor:
        forecast(points[0], server=MODEL, seeds=2, executor=executor)  # both workers have started
        began = perf_counter()
        for point in points:
            forecast(point, server=MODEL, seeds=20, executor=executor)
        assert 10 * (perf_counter() - began) < 65


def test_memory_of_ten_million_buyers():
    subprocess.run([sys.executable, "-c", TEN_MILLION], check=True)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1.5e9 / 1024  # kilobytes on Linux
