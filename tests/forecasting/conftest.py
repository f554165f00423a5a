"""What tests of the forecast share: plain queues, as the event loop is given them."""

import numpy as np
import pytest
from event_loop import compiled  # noqa: F401  it compiles the loop once for all workers of the run

from booking_sim import Scenario
from booking_sim.forecasting.inputs import given
from booking_sim.forecasting.kernel import run
from booking_sim.forecasting.layout import KEPT as KEPT_ROWS
from booking_sim.forecasting.layout import PATIENCE, PATIENCE_MOST, QUEUED, SENT
from booking_sim.forecasting.server_model import ServerModel

FIRST_SEED, RUNS, BUYERS = 1000, 24, 20_000


@pytest.fixture(scope="session")
def queue():
    """Play a queue several times: the waits of each run after the first tenth, and whether each buyer stayed."""

    def play(model, servers, rate, *, patience_s=None, runs=RUNS, buyers=BUYERS):
        for seed in range(FIRST_SEED, FIRST_SEED + runs):
            scenario = Scenario(tickets=1, buyers=1, connections=servers, workers=1, seed=seed)
            gaps = np.random.default_rng(seed).exponential(1 / rate, buyers)
            times = np.cumsum(gaps)
            times.flags.writeable = False
            inputs = given(scenario, model, keep=True)._replace(
                planned=times, admitted=times, buyers=buyers, is_closed=False
            )
            if patience_s is not None:  # exponential, as theory has it
                spans = inputs.kind_spans.copy()
                spans[0, PATIENCE], spans[0, PATIENCE_MOST] = patience_s, -1.0
                inputs = inputs._replace(kind_spans=spans, bucket_width=patience_s / 1000)
            state = run(inputs)
            rows = state.row_times[: state.whole[KEPT_ROWS]]
            rows = rows[np.argsort(rows[:, QUEUED], kind="stable")][buyers // 10 :]
            yield rows[:, SENT] - rows[:, QUEUED], ~np.isnan(rows[:, SENT])

    return play


@pytest.fixture(scope="session")
def exponential():
    return ServerModel.exponential(1000)  # a second, so that rates are loads
