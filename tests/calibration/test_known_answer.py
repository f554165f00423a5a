"""A made-up server of known parameters is found again within its interval, from the frames that it gives."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from booking_sim import Scenario, ServerModel, forecast
from booking_sim.calibration import usl
from booking_sim.calibration.calibrate import KINDS
from booking_sim.calibration.fit import fit
from booking_sim.calibration.ladder import Rung, climb, drift
from booking_sim.errors import BookingSimError, SettingError

TRUE = {"rate": 900.0, "sigma": 0.08, "kappa": 0.0015}
LEVELS = (1, 2, 4, 8, 16, 32)


@pytest.fixture(scope="module")
def made_up():
    """Exponential latencies, of the mean at which so many calls in flight have the throughput of the law."""
    means = {level: level / float(usl.throughput(level, **TRUE)) for level in LEVELS}
    unit = -np.log1p(-(np.random.default_rng(5).permutation(4096) + 0.5) / 4096)
    samples = {("held", level): unit * mean for level, mean in means.items()}
    return ServerModel(levels=LEVELS, samples=samples, block=1, manifest={"made_up": True, "name": "known"})


@pytest.fixture(scope="module")
def rungs(made_up):
    seeds = count(1)

    def run(level):
        scenario = Scenario(
            tickets=700, buyers=2100, hold="1h", kinds=KINDS, connections=level, workers=1, seed=next(seeds)
        )
        return forecast(scenario, server=made_up, seeds=1)

    return climb(run, LEVELS)


def test_a_sale_that_is_too_small_to_measure_is_refused(made_up):
    small = forecast(Scenario(tickets=10, buyers=30, kinds=KINDS, connections=2), server=made_up, seeds=1)
    with pytest.raises(SettingError, match=r"tickets=10 is too few for 2 calls in flight: \d+ holds can be measured"):
        fit([Rung(2, small, (1.0, 1.0))])


def test_the_throughput_curve_is_found_again(rungs):
    found = fit(rungs).usl
    assert all(found[name]["low"] <= value <= found[name]["high"] for name, value in TRUE.items())
    assert found["rate"]["value"] == pytest.approx(TRUE["rate"], rel=0.05)


def test_latencies_are_found_again_by_class_and_calls_in_flight(made_up, rungs):
    found = fit(rungs)
    for level in LEVELS:
        for name in ("held", "returned", "sold_out", "confirmed", "released"):
            seconds = found.samples[name, level]
            error = seconds.std(ddof=1) / np.sqrt(len(seconds))
            assert abs(seconds.mean() - made_up.samples["held", level].mean()) < 4 * error


def test_a_forecast_of_the_fitted_model_is_that_of_the_known_one(made_up, rungs):
    scenario = Scenario(tickets=500, buyers=1500, connections=12, workers=1, kinds={"fan": {"pays": 0.5}})
    known, found = (
        forecast(scenario, server=model, seeds=8).spread() for model in (made_up, known_as_made_up(fit(rungs)))
    )
    for metric in ("throughput", "p50_ms", "sold_out_after_s"):
        assert found.loc[metric, "low"] <= known.loc[metric, "median"] <= found.loc[metric, "high"]


def test_levels_during_a_drift_are_measured_again():
    rates = iter([100, 50, 100, 55, 70, 100, 60, 100])  # anchor, level 1, anchor, level 2, anchor; then level 2 again
    found = climb(lambda _: Answers(next(rates)), (1, 2), anchor=1)
    assert [rung.rate for rung in found] == [50, 60]
    assert drift(found) == 1.0


def test_a_machine_that_changed_by_more_than_a_half_is_refused():
    rates = iter([100, 50, 100, 50, 30])
    with pytest.raises(BookingSimError, match=r"changed by a factor of 3\.33"):
        climb(lambda _: Answers(next(rates)), (1, 2), anchor=1, repeat_s=0)


def known_as_made_up(model):
    return replace(model, manifest={"made_up": True})


class Answers:
    """A surge of which only the throughput is known."""

    def __init__(self, rate):
        self.rate = rate

    def summary(self):
        return {"throughput": self.rate}
