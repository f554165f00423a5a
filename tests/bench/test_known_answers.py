"""The bench measures itself: systems built to cost 1.0, 1.3 and 1.7 times the baseline are reported as such."""

import pytest

from booking_sim.bench.contestants import BASELINE, SKIP_LOCKED
from booking_sim.bench.metrics import METRICS, Goal
from booking_sim.bench.phases import BenchComparison, Side
from booking_sim.bench.run import run_bench
from booking_sim.bench.server_cost import WalMeter
from booking_sim.database import connect
from booking_sim.database.embedded import Cluster

WITHIN = 0.1
COSTS = {"costs 1.0": 1.0, "costs 1.3": 1.3, "costs 1.7": 1.7}
ALONE = 1
"""Clients: beside another one that a busy machine stops, pages are not pruned, and each call writes more WAL."""
ALL_CALLS_S = 60  # a turn ends with its calls, however slow the machine is
PART = 0.3  # of the tickets: the second call of a script takes one from the other half


@pytest.fixture
def quiet(server_home):
    """The URL of a server that nobody else uses: WAL is that of all its sessions."""
    with Cluster(server_home) as cluster:
        yield cluster.url


@pytest.fixture
def measured(quiet, costing):
    """Measure the three beside the baseline; the table, by side and metric."""

    def measure(tickets, **how):
        systems = [costing(of_ten) for of_ten in (0, 3, 7)]
        sides = [Side(each.name, each, tickets=tickets, part=PART) for each in (BASELINE, *systems)]
        goals = [Goal(side.label, metric, None, sides[0].label) for side in sides[1:] for metric in METRICS]
        clients = how.pop("clients")
        comparison = BenchComparison("known", "known answers", clients, tuple(sides), tuple(goals))
        result = run_bench([comparison], "known", url=quiet, progress=False, **how)
        return result.table().set_index(["side", "metric"])["ratio"]

    return measure


def test_wal_statements_and_buffers_are_those_that_were_made(measured):
    ratios = measured(10_000, clients=ALONE, rounds=1, seconds=ALL_CALLS_S)
    for side, cost in COSTS.items():
        assert ratios[side, "statements"] == pytest.approx(cost)
        assert ratios[side, "record_bytes"] == pytest.approx(cost, rel=WITHIN)
        assert ratios[side, "buffers"] == pytest.approx(cost, rel=WITHIN)


@pytest.mark.speed
def test_rates_and_cpu_time_too(measured):
    ratios = measured(40_000, clients=64, rounds=8, seconds=1)
    for side, cost in COSTS.items():
        assert ratios[side, "cpu_us"] == pytest.approx(cost, rel=WITHIN)
        assert ratios[side, "per_s"] == pytest.approx(1 / cost, rel=WITHIN)


def test_a_goal_that_is_missed_is_reported_as_missed(quiet, costing):
    dear = costing(7)
    sides = (Side(BASELINE.name, BASELINE, 5000, part=PART), Side(dear.name, dear, 5000, part=PART))
    goals = (
        Goal(dear.name, "record_bytes", 1.9, BASELINE.name),
        Goal(dear.name, "record_bytes", 1.5, BASELINE.name),
        Goal(dear.name, "statements", 5.2),
        Goal(dear.name, "statements", 5.0),
    )
    comparison = BenchComparison("known", "known answers", ALONE, sides, goals)
    result = run_bench([comparison], "known", rounds=2, seconds=ALL_CALLS_S, url=quiet, progress=False)
    assert list(result.table()["reached"]) == [True, False, True, False]
    assert not result.ok
    assert "2 of 4 goals reached, 2 missed" in result.headline


def test_a_call_that_gets_no_ticket_does_not_count_as_answered(quiet, lean):
    """Every other call takes a ticket: each ticket costs what it costs in the baseline, in twice the calls."""
    refusing = lean(
        "refuses half",
        """-- A call of pgbench.
\\if :number % 2 = 0
\\set no :first + :client_id + :clients * (:number - 1) + 1
select lean.hold(:event, :no, 'user' || :client_id);
\\else
select lean.refuse(:event);
\\endif
""",
    )
    sides = tuple(Side(each.name, each, 10_000) for each in (BASELINE, refusing))
    goals = (Goal(refusing.name, "record_bytes", None, BASELINE.name),)
    comparison = BenchComparison("known", "known answers", ALONE, sides, goals)
    result = run_bench([comparison], "known", rounds=1, seconds=ALL_CALLS_S, url=quiet, progress=False)
    served = result.rounds.set_index("side")["served"]
    assert served[BASELINE.name] == pytest.approx(1, abs=0.005)
    assert served[refusing.name] == pytest.approx(0.5, abs=0.02)
    assert result.table()["ratio"][0] == pytest.approx(1, rel=WITHIN)


def test_an_old_snapshot_is_older_than_the_sales(quiet):
    """Ordered SKIP LOCKED reads the index entries of all tickets that were sold since."""
    plain = Side("plain", SKIP_LOCKED, 5000, "sold", 0.5)
    old = Side("old", SKIP_LOCKED, 5000, "sold", 0.5, snapshot=True)
    goals = (Goal("old", "buffers", 1.1, "plain"),)
    comparison = BenchComparison("known", "known answers", 2, (plain, old), goals)
    result = run_bench([comparison], "known", rounds=1, seconds=ALL_CALLS_S, url=quiet, progress=False)
    assert result.table()["ratio"][0] > 1.3
    assert not result.ok


def test_a_checkpoint_does_not_take_away_the_wal_that_is_to_be_read(quiet):
    """As those do that others make on a shared server, once the WAL has gone on to further files."""
    with connect(quiet) as metered, connect(quiet) as other:
        meter = WalMeter(metered)
        first = meter.position()
        for _ in range(3):
            other.execute("create table written (no int)")
            other.execute("drop table written")
            other.execute("select pg_switch_wal()")
            other.execute("checkpoint")
        assert meter.since(first).full_page_bytes is not None
