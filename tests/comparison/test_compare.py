"""Strategies side by side, on a real server: what is reported of each, and that nothing of it stays behind."""

import pandas as pd
import pytest
from slow_unsafe import write_unsafe

from booking_sim import compare
from booking_sim.comparison.metrics import METRICS
from booking_sim.errors import BookingSimError

SMALL = {"tickets": 60, "buyers": 200, "connections": 8, "depth_every": 5}


@pytest.fixture(scope="module")
def compared(servers, tmp_path_factory):
    """Two rounds of two strategies."""
    unsafe = write_unsafe(tmp_path_factory.mktemp("strategies"))
    return compare(["default", unsafe], url=servers("main").url, rounds=2, progress=False, **SMALL)


def test_each_runs_once_a_round_and_each_round_begins_with_another(compared):
    order = list(compared.runs[["round", "strategy"]].itertuples(index=False, name=None))
    assert order == [(1, "default"), (1, "unsafe"), (2, "unsafe"), (2, "default")]


def test_every_metric_is_reported_of_every_strategy(compared):
    assert list(compared.runs.columns) == ["strategy", "round", "safe", *METRICS]
    runs = compared.runs.set_index("strategy")
    counts = runs.loc["default", ["held", "sold_out", "oversold", "violations"]]
    assert counts.to_numpy().tolist() == [[60, 140, 0, 0]] * 2
    measured = ["throughput", "tickets_per_s", "p50_ms", "p99_ms", "generator_busy"]
    assert (runs[measured] > 0).all(axis=None)
    assert runs[["locked", "dead"]].notna().all(axis=None)
    assert runs["tau"].between(-1, 1).all()


def test_the_unsafe_one_is_reported_and_not_a_failure(compared):
    assert compared.runs.set_index("strategy").loc["unsafe", "oversold"].min() > 0
    assert compared.failed == []
    assert compared.ok
    assert "unsafe oversold" in compared.headline


def test_a_safe_one_that_oversells_is_a_failure(compared):
    claimed = type(compared)(compared.runs.assign(safe=True), compared.manifest)
    assert claimed.failed == ["unsafe"]
    assert not claimed.ok


def test_the_table_has_medians_and_their_spread(compared):
    table = compared.table()
    assert sorted(table.index) == ["default", "unsafe"]
    assert table["throughput", "median"].is_monotonic_decreasing
    assert (table["p99_ms", "least"] <= table["p99_ms", "median"]).all()
    assert (table["p99_ms", "median"] <= table["p99_ms", "greatest"]).all()


def test_the_chart_has_a_row_for_each_and_says_who_sold_twice(compared):
    panels = compared.chart().axes
    assert [label.get_text() for label in panels[0].get_yticklabels()] == list(compared.table().index)
    assert all(panel.get_xlabel() for panel in panels)
    said = [text.get_text() for text in panels[0].get_legend().get_texts()]
    assert said == ["audit passed", "oversold, or audit failed"]


def test_it_is_kept_without_paths(compared, tmp_path):
    folder = compared.save(tmp_path / "kept")
    assert sorted(path.name for path in folder.iterdir()) == ["compare.png", "manifest.json", "runs.parquet"]
    pd.testing.assert_frame_equal(pd.read_parquet(folder / "runs.parquet"), compared.runs)
    written = (folder / "manifest.json").read_text()
    assert "unsafe.sql" in written
    assert "sql/strategies" not in written


def test_nothing_is_touched_and_nothing_stays(database, conn):
    compare(["default"], url=database, rounds=1, progress=False, **SMALL)
    assert conn.execute("select count(*) from booking.events").fetchone() == (0,)


def test_where_the_generator_is_the_limit_is_said(compared):
    assert type(compared)(compared.runs.assign(generator_busy=0.1), compared.manifest).limited == []
    busy = compared.runs.assign(generator_busy=compared.runs["strategy"].map({"default": 0.97}).fillna(0.5))
    assert type(compared)(busy, compared.manifest).limited == ["default"]


@pytest.mark.parametrize(
    ("strategies", "settings", "message"),
    [
        (["nosuch"], {}, "Strategy 'nosuch' is unknown, and not the path of an .sql file: choose from default,"),
        (["default", "default"], {}, "The strategy 'default' is named twice"),
        ("default", {}, "strategies='default' is invalid: expected a list, such as ['default']"),
        (["default"], {"scenario": 5}, "scenario=5 is invalid: expected a Scenario, the name of a ready one"),
        (["default"], {"rounds": 0}, "rounds=0 is invalid"),
        (["default"], {"rounds": 1.5}, "rounds=1.5 is invalid"),
        (["default"], {"strategy": "nowait"}, "strategy=nowait is invalid"),
        (["default"], {"ticket": 3}, "Setting 'ticket' is unknown"),
        (["default"], {"tickets": 0}, "tickets=0 is invalid"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(strategies, settings, message):
    with pytest.raises(BookingSimError) as refusal:
        compare(strategies, **settings)
    assert message in str(refusal.value)
