"""Settings are varied, runs are repeated in turns, and what was done is not done again."""

import json
import re
import signal
from math import inf, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import stats as scipy_stats

from booking_sim import Scenario, knee, sweep
from booking_sim.errors import SettingError
from booking_sim.plots import metric_by_setting
from booking_sim.result.catalogue import KeptResult
from booking_sim.stats import over_repeats
from booking_sim.stats.metrics import METRICS
from booking_sim.stats.saturation import BOTTLENECKS
from booking_sim.sweeping.knee import bisect, steps_left
from booking_sim.sweeping.points import parse_vary, points, scenario_at
from booking_sim.sweeping.runs import in_turns, to_frame, to_records

SMALL = {"tickets": 5, "buyers": 20, "workers": 1, "connections": 2}


def test_each_value_is_combined_with_each_of_the_other():
    assert points({"connections": [1, 2], "rate": [5]}) == [
        {"connections": 1, "rate": 5},
        {"connections": 2, "rate": 5},
    ]


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        ({}, "0 settings are varied: expected one or two"),
        ({"conections": [1]}, "'conections' cannot be varied: did you mean 'connections'"),
        ({"seed": [1, 2]}, "'seed' cannot be varied"),
        ({"hold": ["5m", "5m"]}, "expected values that differ"),
    ],
)
def test_what_cannot_be_varied_is_refused(vary, words):
    with pytest.raises(SettingError, match=words):
        points(vary)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("connections=8,16", ("connections", [8, 16])),
        ("rate=0.5,2", ("rate", [0.5, 2])),
        ("hold=5m, 10m", ("hold", ["5m", "10m"])),
        ("time-scale=2", ("time_scale", [2])),
    ],
)
def test_values_are_read(text, read):
    assert parse_vary(text) == read


def test_a_rate_is_of_buyers_at_random_for_the_time_of_the_scenario():
    scenario = scenario_at(Scenario(arrivals="burst(5) + constant(rate=9, duration=20s)"), {"rate": 100})
    assert str(scenario.arrivals) == "poisson(constant(rate=100, duration=20s))"
    assert str(scenario_at(Scenario(duration="1m"), {"rate": 3}).arrivals) == "poisson(constant(rate=3, duration=1m))"


def test_each_repeat_has_every_point_once_in_an_order_of_its_own():
    turns = [*in_turns([{"a": number} for number in range(9)], 3, seed=1)]
    orders = [[point["a"] for point, each in turns if each == repeat] for repeat in (1, 2, 3)]
    assert [sorted(order) for order in orders] == [[*range(9)]] * 3
    assert len({tuple(order) for order in orders}) == 3
    assert turns == [*in_turns([{"a": number} for number in range(9)], 3, seed=1)]


def test_means_have_students_interval():
    values = [3.0, 4.0, 5.0]
    assert over_repeats(pd.DataFrame({"a": [1, 1], "m": [1.0, 9.0]}), "m", ["a"])["low"][1] == 0
    row = over_repeats(pd.DataFrame({"a": [1, 1, 1, 2], "m": [*values, 7]}), "m", ["a"])
    expected = scipy_stats.t.interval(0.95, 2, np.mean(values), scipy_stats.sem(values))
    assert row.loc[1, ["low", "high"]].tolist() == pytest.approx([*expected])
    assert row.loc[2, "mean"] == 7
    assert row.loc[2, ["low", "high"]].isna().all()


def test_a_percentile_that_was_not_reached_is_told_from_one_of_nothing():
    """One repeat of the first point lost so many answers that its p99 was not reached; the second had no call."""
    nothing = dict.fromkeys(METRICS)
    manifests = [
        {"summary": nothing | {"p99_ms": 5.0, "p50_ms": 2}, "not_reached": []},
        {"summary": nothing | {"p50_ms": 4}, "not_reached": ["p99_ms"]},
        {"summary": nothing, "not_reached": []},
    ]
    about = {"generator": {"bottleneck": None}, "problems": []}
    points = [({"a": 1}, 1), ({"a": 1}, 2), ({"a": 2}, 1)]
    frame = to_frame(
        [(*point, KeptResult(Path("x"), each | about)) for point, each in zip(points, manifests, strict=True)]
    )
    found = over_repeats(frame, "p99_ms", ["a"])
    assert found["mean"].tolist() == [inf, pytest.approx(nan, nan_ok=True)]
    assert found[["low", "high"]].isna().all(axis=None)
    assert found[["repeats", "not_reached"]].to_numpy().tolist() == [[2, 1], [0, 0]]
    assert over_repeats(frame, "p50_ms", ["a"])["mean"][1] == 3
    assert [row["not_reached"] for row in to_records(frame)] == [[], ["p99_ms"], []]
    assert to_records(frame)[1]["p99_ms"] is None
    ax = metric_by_setting(frame, "p99_ms", "a", ax=Figure().subplots())
    assert ax.get_legend_handles_labels()[1] == ["mean of the repeats", "not reached in some repeat"]


def test_a_sweep_goes_on_where_it_was(run, tmp_path):
    """The second call makes one run: the one whose folder is gone."""
    flags = ("--tickets", 5, "--buyers", 20, "--workers", 1, "--repeats", 1, "--out", "out")
    status, out, _ = run("sweep", "--vary", "connections=1,2", *flags)
    assert status == 0
    assert "2 of 2 runs. Kept in out: runs.parquet, sweep.png." in out
    folders = {path.name: path / "manifest.json" for path in (tmp_path / "out").iterdir() if path.is_dir()}
    assert folders.keys() == {"connections=1-1", "connections=2-1"}
    before = {name: path.stat().st_mtime_ns for name, path in folders.items()}
    left = json.loads(folders["connections=2-1"].read_text()) | {"finished": False}
    folders["connections=2-1"].write_text(json.dumps(left))
    _, out, _ = run("sweep", "--vary", "connections=1,2", *flags, "--json")
    assert {row["connections"]: row["answered"] for row in json.loads(out)} == {1: 20, 2: 20}
    after = {name: path.stat().st_mtime_ns for name, path in folders.items()}
    assert after["connections=1-1"] == before["connections=1-1"]
    assert after["connections=2-1"] > before["connections=2-1"]
    status, _, err = run("sweep", "--vary", "connections=1,2,4", *flags)
    assert status == 2
    assert "'out' has runs of other settings" in err


def test_an_invalid_point_is_refused_before_the_first_run(tmp_path):
    with pytest.raises(SettingError, match="connections='many' is invalid"):
        sweep(vary={"connections": [1, "many"]}, out=tmp_path / "out", **SMALL)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("limit", "start"), [(730, 100), (730, 5000), (0.4, 100)])
def test_bisection_finds_the_rate(limit, start):
    asked = []

    def is_enough(rate):
        asked.append(rate)
        return rate <= limit

    good, bad = bisect(is_enough, start, 0.05)
    assert good <= limit < bad <= 1.06 * good
    assert len({*asked}) == len(asked) < 20


@pytest.mark.parametrize(("limit", "precision"), [(730, 0.1), (99, 0.05), (0.3, 1), (3300, 0.01)])
def test_the_rates_that_are_left_are_counted(limit, precision):
    """Right to one from the first rate between two others on (they are rounded); before, the least there can be."""
    announced, is_between = {}, []

    def is_enough(rate):
        announced[rate] = steps_left(rate, [*announced], precision)
        is_between.append(min(announced) < rate < max(announced))
        return rate <= limit

    bisect(is_enough, 100, precision)
    late = [left - number for left, number in zip(range(len(announced), 0, -1), announced.values(), strict=True)]
    assert min(late) >= -1
    assert all(abs(each) <= 1 for each, between in zip(late, is_between, strict=True) if between)


def test_bisection_without_an_end():
    assert bisect(lambda _: False, 100, 0.1)[0] == 0
    assert bisect(lambda _: True, 100, 0.1, 730) == (730, inf)
    assert bisect(lambda rate: rate < 1e300, 100, 0.1)[1] == inf


def test_a_knee_is_found_by_runs(run, tmp_path, monkeypatch):
    """The tickets are sold out from some 60 buyers on; the same runs never fail where refusals are allowed."""
    flags = ("--duration", "1s", "--time-scale", 20, "--tickets", 60, "--workers", 1, "--connections", 2)
    how = ("--repeats", 1, "--precision", 1, "--start", 40, "--out", "out")
    status, out, _ = run("knee", "--require", "refused < 1", *flags, *how, "--json")
    assert status == 0
    found = json.loads(out)
    assert [found["rate"], found["low"], found["high"]] == [40, 40, 80]
    assert found["limit"] in BOTTLENECKS
    status, out, _ = run("knee", "--require", "refused < 1", *flags, *how)
    assert "Up to 40 buyers per second meet it" in out
    assert re.search(r"A run there has only \d\d answers: choose a longer duration\.", out)
    assert len(pd.read_parquet(tmp_path / "out" / "runs.parquet")) == 2
    assert (tmp_path / "out" / "knee.png").exists()
    monkeypatch.setattr("booking_sim.sweeping.points.MOST_ARRIVALS", 80)
    status, out, _ = run("knee", "--require", "refused < 1000", *flags, *how)
    assert status == 0
    assert "Tickets ran out in 1 of 2 runs: give more." in out
    assert "At least 80 buyers per second meet it: no rate that was tried fails, and more than 80 cannot" in out
    with pytest.raises(SettingError, match="is about a ratio"):
        knee("p99_ms ratio < 2", out=tmp_path / "other")


def test_an_interrupt_while_a_run_is_audited_ends_them_all(database, tmp_path, monkeypatch):
    audits = []

    def audit(*_, **__):
        audits.append("one")
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("booking_sim.load_generator.finish.audit", audit)
    with pytest.raises(KeyboardInterrupt):
        knee("p99_ms < 1000", out=tmp_path / "out", url=database, start=20, duration="1s", time_scale=20, workers=1)
    assert audits == ["one"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["plan.json"]
