"""The error of a hold-out: a model of the right server reaches its goals, one with shuffled levels misses them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from booking_sim import Scenario, ServerModel, forecast
from booking_sim.calibration.holdout import GOALS, Holdout

LEVELS = (1, 4, 16)
CASES = {
    "few": Scenario(tickets=200, buyers=600, connections=2, workers=1, kinds={"fan": {"pays": 0.5}}),
    "many": Scenario(tickets=200, buyers=600, connections=16, workers=1, kinds={"fan": {"pays": 0.5}}),
}


def model_of(means):
    unit = -np.log1p(-(np.random.default_rng(2).permutation(4096) + 0.5) / 4096)
    samples = {("held", level): unit * mean for level, mean in zip(LEVELS, means, strict=True)}
    return ServerModel(levels=LEVELS, samples=samples, block=1, spread=1.05, manifest={"made_up": True})


def metrics(model, seeds):
    frames = {name: forecast(scenario, server=model, seeds=seeds) for name, scenario in CASES.items()}
    rows = pd.concat(frame.seeds[[*GOALS]].assign(scenario=name, repeat=range(seeds)) for name, frame in frames.items())
    intervals = {(name, metric): frame.spread().loc[metric] for name, frame in frames.items() for metric in GOALS}
    return rows, pd.DataFrame(intervals).T


@pytest.fixture(scope="module")
def truth():
    """What another run of the same server measures: the same buyers, other latencies."""
    slower = replace(model_of((0.002, 0.004, 0.012)), block=7)
    return metrics(slower, 8)[0]


def holdout_of(model, truth):
    expected, intervals = metrics(model, 20)
    return Holdout(model, truth, expected[expected["repeat"] < 8], intervals)


def test_a_right_model_reaches_its_goals(truth):
    found = holdout_of(model_of((0.002, 0.004, 0.012)), truth)
    assert found.table()["reached"].all(), found.table()
    assert found.inside >= 0.8


def test_shuffled_levels_miss_them(truth):
    found = holdout_of(model_of((0.012, 0.002, 0.004)), truth)
    assert not found.ok
    missed = found.table().query("not reached")
    assert {*missed["metric"]} >= {"throughput", "p50_ms"}


def test_an_event_that_only_one_of_both_has_is_an_infinite_error(truth):
    never = truth.assign(last_paid_s=float("nan"))
    found = holdout_of(model_of((0.002, 0.004, 0.012)), never)
    assert (found.table().query("metric == 'last_paid_s'")["error"] == np.inf).all()
