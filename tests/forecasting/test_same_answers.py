"""The same answers with and without the compiler, on any number of workers, and from a surge and a second simulator."""

import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import numpy as np
import pytest
from scipy.stats import ks_2samp
from second_simulator import simulate_with_simpy

from booking_sim import ServerModel, forecast, surge
from booking_sim.forecasting import compiling, inputs, kernel
from booking_sim.forecasting.layout import KEPT, MADE
from booking_sim.forecasting.metrics import measure
from booking_sim.scenario.scenario import Scenario

MIXED = {
    "tickets": 150,
    "arrivals": "poisson(constant(rate=150, duration=4s))",
    "connections": 4,
    "hold": "1s",
    "events": 2,
    "kinds": {
        "fan": {"share": 3, "quantity": {1: 0.5, 2: 0.5}, "pays": 0.5, "fails": 0.1, "late": 0.1, "think": "~300ms",
                "refreshes": 3, "refresh_after": "200ms..900ms", "patience": "100ms"},
        "bot": {"at_once": 3},
    },
}  # fmt: skip


@pytest.fixture
def plain():
    """The event loop and its inputs as they are without a compiler: imported anew, while numba is not to be had."""
    names = [f"booking_sim.forecasting.{name}" for name in ("compiling", "queues", "kernel", "inputs")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", None)
        for name in names:
            patch.setattr(name, sys.modules[name])  # the package names its modules, too: both are put back
            patch.delitem(sys.modules, name)
        modules = {name.rpartition(".")[2]: import_module(name) for name in names}
    assert not modules["compiling"].IS_COMPILED
    return modules


@pytest.mark.skipif(not compiling.IS_COMPILED, reason="there is no compiler to be compared with")
def test_without_the_compiler_every_attempt_is_the_same(plain):
    scenario, model = Scenario.from_settings(MIXED), ServerModel.exponential(8)
    compiled = kernel.run(inputs.given(scenario, model, keep=True))
    slow = plain["kernel"].run(plain["inputs"].given(scenario, model, keep=True))
    assert measure(scenario, slow) == pytest.approx(measure(scenario, compiled), rel=1e-12, nan_ok=True)
    kept, made = compiled.whole[KEPT], compiled.whole[MADE]
    assert kept > 600
    assert (slow.rows[:kept] == compiled.rows[:kept]).all()
    assert np.allclose(slow.row_times[:kept], compiled.row_times[:kept], rtol=0, atol=1e-9, equal_nan=True)
    assert (slow.holds[:made] == compiled.holds[:made]).all()


class Elsewhere(ThreadPoolExecutor):
    """Runs each call on copies, as a pool of processes does, and needs no time to start."""

    def submit(self, function, /, *arguments):
        return super().submit(*pickle.loads(pickle.dumps((function, *arguments))))


def test_the_number_of_workers_changes_no_byte():
    model = ServerModel.exponential(8)
    alone = forecast(**MIXED, server=model, seeds=4)
    with Elsewhere(4) as executor:
        together = forecast(**MIXED, server=model, seeds=4, executor=executor)
    assert alone.seeds.to_csv() == together.seeds.to_csv()


def test_a_surge_on_one_connection_gives_each_buyer_the_same_outcome(database):
    settings = {
        "tickets": 40, "buyers": 60, "connections": 1, "workers": 1, "hold": "1h", "seed": 3,
        "kinds": {"fan": {"share": 2, "quantity": {1: 0.4, 3: 0.6}, "fails": 0.3, "pays": 0.3}, "bot": {"at_once": 2}},
    }  # fmt: skip
    with ThreadPoolExecutor(1) as executor:  # a thread starts at once
        measured = surge(**settings, url=database, progress=False, executor=executor)
    expected = forecast(**settings, server=ServerModel.constant(1), seeds=1)
    columns = ["buyer", "attempt", "kind", "call", "outcome"]
    frames = [result.attempts[columns].astype(str).sort_values(columns[:2]) for result in (measured, expected)]
    assert frames[0].to_numpy().tolist() == frames[1].to_numpy().tolist()


@pytest.mark.parametrize(("payments_first", "first_payment"), [(True, 0.26), (False, 1.0)])
def test_payments_are_sent_before_those_who_wait_or_behind_them(payments_first, first_payment):
    """A hundred buyers at once on one connection, 10 ms a call: the first thinks from 0.01 s until 0.26 s."""
    result = forecast(
        tickets=100, arrivals="burst(100)", connections=1, workers=1, payments_first=payments_first,
        kinds={"fan": {"pays": 1, "think": "250ms"}}, server=ServerModel.constant(10), seeds=1,
    )  # fmt: skip
    sent = result.attempts.loc[result.attempts["outcome"] == "confirmed", "sent_at"]
    assert sent.min() == pytest.approx(first_payment, abs=0.011)


def test_a_second_simulator_agrees():
    scenario = Scenario(
        tickets=300, arrivals="poisson(constant(rate=320, duration=8s))", connections=4, hold="2s",
        payments_first=False,
        kinds={"fan": {"pays": 0.5, "think": "100ms..1s", "refreshes": 1, "refresh_after": "500ms"}},
    )  # fmt: skip
    mine, others, waits, other_waits = [], [], [], []
    for seed in range(5):
        seeded = scenario.replace(seed=seed)
        counts, waited = simulate_with_simpy(seeded, 0.005)
        result = forecast(seeded, server=ServerModel.exponential(5), seeds=1)
        attempts = result.attempts
        mine.append([(attempts["outcome"] == name).sum() for name in counts])
        others.append([*counts.values()])
        waits.append((attempts["sent_at"] - attempts["queued_at"]).to_numpy()[::20])
        other_waits.append(np.array(waited)[::20])
    assert np.mean(mine, axis=0) == pytest.approx(np.mean(others, axis=0), rel=0.02)
    assert ks_2samp(np.concatenate(waits), np.concatenate(other_waits)).pvalue > 0.001
