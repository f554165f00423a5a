"""Against theory: queues whose waits are known exactly, within four standard errors of independent runs."""

from math import exp, lgamma, log

import numpy as np
import pytest

from booking_sim.forecasting.server_model import ServerModel

SERVERS = (1, 8, 200)
LOAD = 0.8


def erlang_c(servers, load):
    """The probability of having to wait in M/M/c; `load` is the arrivals during a mean service (Erlang, 1917)."""
    blocked = 1.0
    for number in range(1, servers + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked / (1 - load / servers * (1 - blocked))


def assert_within_four_errors(estimates, expected):
    estimates = np.asarray(estimates)
    error = estimates.std(ddof=1) / np.sqrt(len(estimates))
    assert abs(estimates.mean() - expected) < 4 * error
    assert error < 0.12 * max(abs(expected), 1e-3), "the runs are too short to tell"


@pytest.mark.parametrize("servers", SERVERS)
def test_waits_of_a_queue_with_exponential_service(queue, exponential, servers):
    load = LOAD * servers if servers < 200 else 0.95 * servers
    waiting, spare = erlang_c(servers, load), servers - load
    runs = [waits for waits, _ in queue(exponential, servers, load)]
    assert_within_four_errors([waits.mean() for waits in runs], waiting / spare)
    assert_within_four_errors([np.quantile(waits, 0.99) for waits in runs], log(waiting / 0.01) / spare)
    assert_within_four_errors([(waits > 0).mean() for waits in runs], waiting)


def test_waits_of_a_queue_with_constant_service(queue):
    """M/D/1: Pollaczek and Khinchine give the mean, Crommelin (1932) the distribution."""
    runs = [waits for waits, _ in queue(ServerModel.constant(1000), 1, LOAD)]
    assert_within_four_errors([waits.mean() for waits in runs], LOAD / (2 * (1 - LOAD)))
    moment = 3
    terms = [(LOAD * (k - moment)) ** k / exp(lgamma(k + 1)) * exp(-LOAD * (k - moment)) for k in range(moment + 1)]
    assert_within_four_errors([(waits <= moment).mean() for waits in runs], (1 - LOAD) * sum(terms))


@pytest.mark.parametrize("servers", SERVERS)
def test_those_who_leave_a_queue_of_impatient_buyers(queue, exponential, servers):
    """Erlang A (Palm, 1957), whose buyers also leave while they are served: at rate 1/2 for each."""
    rate, impatience = 1.6 * servers, 0.5  # above what 1.5 a server can take, so there is a queue at any number
    weights = [0.0]
    for number in range(1, 8 * servers + 60):
        death = min(number, servers) + number * impatience
        weights.append(weights[-1] + log(rate / death))
    shares = np.exp(np.array(weights) - max(weights))
    shares /= shares.sum()
    in_queue = np.maximum(np.arange(len(shares)) - servers, 0) @ shares
    runs = [stayed for _, stayed in queue(exponential, servers, rate, patience_s=1 / impatience)]
    assert_within_four_errors([1 - stayed.mean() for stayed in runs], impatience * in_queue / rate)
