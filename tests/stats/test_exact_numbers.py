"""Each statistic of a run with something of everything is, to the last number, what it was when somebody last checked.

After a change that is meant, check the numbers, then write the files anew:
`EXPECTED=write pytest -n 0 tests/stats/test_exact_numbers.py`.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import CALLS, HOLDS, LATE, SAMPLES, WAITS, attempts, held, refused, sessions
from surge_results import result

from booking_sim import stats
from booking_sim.arrivals import parse_arrivals
from booking_sim.stats import Part
from booking_sim.stats.contention import blocked_share, foreign_profile
from booking_sim.stats.latency import CLOCKS, answered, censored
from booking_sim.stats.outcomes import answer_times, count_oversold, reserving, sold
from booking_sim.stats.server import mean_cpu_use, sample_times
from booking_sim.stats.sessions import foreign_load, limited_by
from booking_sim.stats.skipped import measured, total_skip_depth
from booking_sim.stats.summary import headline

EXPECTED = Path(__file__).with_name("expected")
SCHEDULE = parse_arrivals("constant(rate=30, duration=2s) + burst(20, at=500ms)").schedule()
REPEATS = pd.DataFrame({"x": [1, 1, 1, 2, 2, 3], "y": [1.0, 2, 4, 5, np.inf, 7]})
SESSIONS = sessions(
    (0.0, 70, False, 3, "psql", "idle in transaction"),
    (0.5, 70, False, 2, "psql", "idle in transaction"),
    (0.5, 71, False, 0, "vacuum", "active"),
    (1.0, 1, True, 2, "booking_sim", "active"),
)
COUNTERS = [name for name in SAMPLES if not name.endswith("_s") and name != "seconds"]
BUSY = SAMPLES.assign(**{name: 3.0 * len(name) * np.arange(len(SAMPLES)) ** 2 for name in COUNTERS})
SKIPPED = {"dead_rows_scanned": 5, "locked_rows_skipped": 3}
REFUSED = [refused(n, 0.1 * n)._replace(**SKIPPED) for n in range(4)]
OWN = sessions((0.0, 1, True, 2, "booking_sim", "active"), (0.5, 2, True, 1, "booking_sim", "active"))
CASES = {
    "arrival_rates": lambda: stats.arrival_rates(SCHEDULE, 10),
    "blockers": lambda: stats.blockers(SESSIONS, WAITS),
    "blocking": lambda: stats.blocking(WAITS),
    "by_kind": lambda: stats.by_kind(CALLS),
    "common_errors": lambda: stats.common_errors(CALLS),
    "cpu_use": lambda: stats.cpu_use(SAMPLES),
    "depth_over_time": lambda: stats.depth_over_time(CALLS),
    "depth_of_refusals": lambda: stats.depth_over_time(attempts(*REFUSED, held(9, 0.2, 1, 1)._replace(**SKIPPED))),
    "rate_of_early_buyers": lambda: stats.planned_and_sent(
        attempts(*(each._replace(sent_at=-0.1) for each in REFUSED))
    ),
    "expiry_delay": lambda: stats.expiry_delay(HOLDS, 10.0),
    "fairness": lambda: stats.fairness(CALLS, HOLDS),
    "final_outcomes": lambda: stats.final_outcomes(CALLS),
    "foreign_profile": lambda: foreign_profile(WAITS),
    "foreign_sessions": lambda: stats.foreign_sessions(SESSIONS, WAITS),
    "hold_survival": lambda: stats.hold_survival(HOLDS, 10.0),
    "inventory_over_time": lambda: stats.inventory_over_time(HOLDS, 10, 10.0, 5),
    "measured": lambda: measured(CALLS)[["buyer", "dead_rows_scanned", "locked_rows_skipped"]],
    "over_repeats": lambda: stats.over_repeats(REPEATS, "y", ["x"]),
    "planned_and_sent": lambda: stats.planned_and_sent(LATE),
    "rate_over_time": lambda: stats.rate_over_time(CALLS),
    "server_rates": lambda: stats.server_rates(BUSY),
    "summary": lambda: result().summary(),
    "summary_wrong": lambda: result(violations=2, partial=True, oversold=1).summary(),
    "summary_part": lambda: result().summary(Part(0.002, 0.025, "fan", "reserve")),
    "summary_nothing": lambda: result(rows=[]).summary(),
    "skip_depth": lambda: stats.skip_depth(CALLS),
    "sold": lambda: sold(CALLS),
    "time_spent": lambda: stats.time_spent(LATE),
    "time_to_final_answer": lambda: stats.time_to_final_answer(CALLS),
    "wait_profile": lambda: stats.wait_profile(WAITS),
    "waited_for": lambda: stats.waited_for(WAITS),
    "waits_by_call": lambda: stats.waits_by_call(WAITS),
    "mean_cpu_use": lambda: mean_cpu_use(SAMPLES),
    "sample_times": lambda: sample_times(SAMPLES),
    "answered": lambda: answered(CALLS)[["buyer", "outcome"]],
    "reserving": lambda: reserving(CALLS)[["buyer", "outcome"]],
    "answer_times": lambda: answer_times(CALLS),
    "single_numbers": lambda: pd.Series(
        {
            "blocked_share": blocked_share(WAITS),
            "total_skip_depth": total_skip_depth(CALLS),
            "headline": headline(result().summary()),
            "headline_wrong": headline(result(violations=2, partial=True, oversold=1).summary()),
            "headline_nothing": headline(result(rows=[]).summary()),
            "oversold": count_oversold(CALLS, 300.0),
            "bottleneck": stats.bottleneck(CALLS, [0.5], WAITS),
            "bottleneck_unobserved": stats.bottleneck(CALLS, [0.5]),
            "bottleneck_of_none": stats.bottleneck(attempts()),
            "bottleneck_busy": stats.bottleneck(CALLS, [0.99], WAITS),
            "bottleneck_late": stats.bottleneck(LATE, [0.1]),
            "limited_by": limited_by("lock", SESSIONS, WAITS),
            "limited_by_cpu": limited_by("cpu", SESSIONS, WAITS),
            "limited_by_own": limited_by("lock", OWN.assign(query=["select 1", "select 2"]), WAITS),
            **{f"foreign_load_{n}": line for n, line in enumerate(foreign_load(SESSIONS, WAITS))},
        }
    ),
    **{
        f"{name}_{clock}": (lambda draw=draw, clock=clock: draw(LATE, clock))
        for clock in CLOCKS
        for name, draw in {
            "censored": censored,
            "latencies": stats.latencies,
            "percentiles": lambda frame, clock: stats.percentiles(pd.concat([CALLS, frame]), (50, 90), clock),
            "percentiles_over_time": lambda frame, clock: stats.percentiles_over_time(frame, (50, 99), clock),
            "curve": stats.curve,
        }.items()
    },
}


@pytest.mark.parametrize("name", CASES)
def test_a_statistic_is_what_it_was(name):
    found = CASES[name]().to_csv(float_format="%.6g")
    file = EXPECTED / f"{name}.csv"
    if os.environ.get("EXPECTED") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
