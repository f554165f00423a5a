"""A result tells the truth in one line, shows itself in a notebook, and comes back from disk as it was."""

import json
import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal, assert_series_equal
from surge_results import call, result

from booking_sim import stats
from booking_sim.cli.surge_report import report
from booking_sim.errors import BookingSimError
from booking_sim.notebook import to_html
from booking_sim.records import samples
from booking_sim.result.loading import load
from booking_sim.stats import Part
from booking_sim.stats.caveats import caveats
from booking_sim.stats.metrics import METRICS, WITHOUT_WARM_UP


def test_the_summary_counts_buyers_once_and_attempts_beside_them():
    summary = result().summary()
    assert summary[["held", "sold_out", "contended", "failed_buyers", "unanswered"]].tolist() == [1, 1, 0, 1, 1]
    assert summary[["tickets_held", "attempts", "failed_attempts"]].tolist() == [2, 4, 1]
    assert summary[["offered", "sent", "answered", "refused", "lost"]].tolist() == [5, 4, 3, 2, 1]
    assert summary["duration_s"] == pytest.approx(0.0315)
    assert summary["throughput"] == pytest.approx(3 / 0.0315)
    assert summary["answered_share"] == pytest.approx(3 / 5)


def test_a_warm_up_is_left_out_of_rates_and_times_but_not_of_counts():
    """In the first 20 ms one call was contended, whose repetition got the tickets later, and one buyer was refused."""
    whole, warmed = result(), result()
    warmed.scenario = warmed.scenario.replace(warm_up="20ms")
    before, after = whole.summary(), warmed.summary()
    same = [name for name in METRICS if name not in WITHOUT_WARM_UP]
    assert_series_equal(after[same], before[same])
    assert after["duration_s"] == pytest.approx(0.0315 - 0.02)
    assert after["throughput"] == pytest.approx(1 / 0.0115)
    assert (before["p50_ms"], after["p50_ms"]) == pytest.approx((26.5, 26.5))
    assert (before["p50_database_ms"], after["p50_database_ms"]) == (4.0, 6.5)
    assert warmed.summary(Part(end=0.012))["throughput"] == whole.summary(Part(end=0.012))["throughput"]
    assert warmed.counted()["outcome"].tolist() == ["held", "error"]
    assert warmed.counted()["requested_at"].tolist() == [0.0, 0.03]
    assert whole.counted() is whole.attempts
    assert "1 of 2 requests got tickets" in warmed.plot(ax=Figure().subplots()).get_title(loc="left").replace("\n", " ")
    assert "the first 20 ms is left out of rates" in report(warmed, Path())


def test_first_calls_of_connections_are_metrics_of_their_own():
    rows = [call(buyer, 1, 0.0, 5.0 if buyer else 400.0, "sold_out") for buyer in range(4)]
    made = result(rows=[row._replace(is_first_call=row.buyer < 2) for row in rows])
    assert made.summary()[["first_calls", "p50_first_call_ms", "max_first_call_ms"]].tolist() == [2, 5, 400]
    assert result().summary()["first_calls"] == 0
    assert caveats(made.summary(), made.scenario)[-1:] == []
    slow = result(rows=[row._replace(is_first_call=row.buyer == 0) for row in rows * 30])
    [caveat] = [each for each in caveats(slow.summary(), slow.scenario) if "first calls" in each]
    assert "30 of 120 were the first of their connection, and half of these took 400 ms or longer" in caveat
    assert caveat.endswith(" Leave the beginning out (warm_up = 5s).")
    [caveat] = [each for each in caveats(slow.summary(), slow.scenario.replace(cold=True)) if "first calls" in each]
    assert " Warm the connections (cold = no), or leave " in caveat


@pytest.mark.parametrize(
    ("flaws", "ok", "line"),
    [
        ({}, True, "1 call failed: 2 of 2 tickets held, 1 buyer refused, 1 unanswered, none sold twice"),
        (
            {"oversold": 3},
            False,
            "3 tickets sold twice, 1 call failed: 2 of 2 tickets held, 1 buyer refused, 1 unanswered",
        ),
        ({"violations": 1}, False, "The audit failed, 1 call failed: 2 of 2 tickets held"),
        ({"partial": True}, False, "Partial run, 1 call failed: 2 of 2 tickets held"),
    ],
)
def test_the_headline_hides_nothing(flaws, ok, line):
    flawed = result(**flaws)
    assert line in flawed.headline
    assert flawed.ok is ok


def test_it_comes_back_from_disk_as_it_was(tmp_path):
    saved = result(partial=True)
    loaded = load(saved.save(tmp_path / "made" / "here"))
    assert_frame_equal(loaded.attempts, saved.attempts)
    assert_frame_equal(loaded.audit, saved.audit)
    assert_frame_equal(loaded.holds, saved.holds)
    for name in (*samples.KEPT, "inventory"):
        assert_frame_equal(getattr(loaded, name), getattr(saved, name))
    assert_series_equal(loaded.summary(), saved.summary())
    assert (loaded.scenario, loaded.manifest, loaded.partial) == (saved.scenario, saved.manifest, True)
    assert (tmp_path / "made" / "here" / "surge.png").read_bytes().startswith(b"\x89PNG")


def test_an_empty_run_comes_back_too_and_is_valid_json(tmp_path):
    empty = result(rows=[])
    loaded = load(empty.save(tmp_path))
    assert_frame_equal(loaded.attempts, empty.attempts)
    manifest = json.loads((tmp_path / "manifest.json").read_text(), parse_constant=pytest.fail)
    assert manifest["summary"]["p99_ms"] is None
    assert manifest["not_reached"] == []


def test_a_manifest_names_the_percentiles_that_were_not_reached(tmp_path):
    """Two of five calls had no answer, so the longest three of them are not known."""
    manifest = json.loads((result().save(tmp_path) / "manifest.json").read_text())
    assert {"p95_ms", "p99_ms", "p999_ms", "max_ms"} <= {*manifest["not_reached"]}
    assert "p50_ms" not in manifest["not_reached"]
    assert manifest["summary"]["p99_ms"] is None


def test_a_result_is_not_written_over(tmp_path):
    result().save(tmp_path)
    with pytest.raises(BookingSimError, match="contains a result, which is kept"):
        result().save(tmp_path)


def test_who_gives_the_whole_where_a_frame_is_wanted_is_told_which_there_are():
    with pytest.raises(BookingSimError, match=r"A SurgeResult is not a frame: .* such as result\.attempts"):
        stats.percentiles(result())


def test_a_notebook_sees_picture_and_numbers():
    html = to_html(result(oversold=3))
    assert re.search(r'alt="Stacked bars of .*1 held.* rising curves\. .*50 % within 4 ms', html)
    assert html.index("tickets were promised to more than one buyer") < html.index("Tickets held")
    assert "data:image/png;base64," in html
    assert '<div class="kpi bad"><span>Oversold</span><b>3</b>' in html
    assert "p99_ms" in html


def test_a_result_is_one_line_where_it_is_printed():
    shown = repr(result())
    assert shown.startswith("<SurgeResult: 1 call failed: 2 of 2 tickets held")
    assert "\n" not in shown
