"""A result tells the truth in one line, shows itself in a notebook, and comes back from disk as it was."""

import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from booking_sim import Scenario, columns, samples
from booking_sim.attempts import Attempt
from booking_sim.errors import BookingSimError
from booking_sim.holds import read_csv
from booking_sim.result import SurgeResult, load

HELD_UNTIL = pd.Timestamp("2026-01-01 12:05", tz="UTC").to_pydatetime()


def call(buyer, attempt, sent_at, latency_ms, outcome, *answer, **failure):
    """Sent as soon as it was planned."""
    start = (buyer, "buyer", attempt, "reserve", 1, 0, 0, sent_at, sent_at, sent_at, latency_ms, outcome)
    return Attempt(*start, *answer, **failure)


def result(*, violations=0, partial=False, oversold=0):
    """Four buyers, two tickets: one got both at the second try, one was refused, one failed, one never came."""
    rows = [
        call(0, 1, 0.0, 4.0, "contended"),
        call(0, 2, 0.02, 6.5, "held", 7, (1, 2), HELD_UNTIL),
        call(1, 1, 0.01, 1.5, "sold_out"),
        call(2, 1, 0.03, 1.5, "error", sqlstate="57P01", error="terminated", phase="call_sent"),
    ]
    return SurgeResult(
        scenario=Scenario(tickets=2, buyers=4, quantity=2, connections=2, hold="90s"),
        attempts=columns.to_frame([tuple(zip(*rows, strict=True))]),
        holds=read_csv(
            [
                b"intent_id,event,buyer,quantity,held_at,deadline,ended_at,end\n",
                b"7,1,0,2,0.025,90.025,,open\n5,1,,1,-3.5,86.5,2.25,confirmed\n",
            ]
        ),
        inventory=samples.to_frame("inventory", [[[4.0], [0], [2], [0], [0], [oversold]]], 1.0),
        waits=samples.to_frame(
            "waits", [[[1.5, 2], [7, None], ["Lock", None], ["tuple", None], [[3], None], [9, None]]], 1
        ),
        audit=pd.DataFrame(
            [{"name": "n", "rule": "r", "checked": True, "violations": violations, "offenders": [{"a": 1}]}]
        ),
        manifest={"partial": partial, "interrupted": False, "problems": ["x"] * partial},
    )


def test_the_summary_counts_buyers_once_and_attempts_beside_them():
    summary = result().summary()
    assert summary[["held", "sold_out", "contended", "errors", "unanswered"]].tolist() == [1, 1, 0, 1, 1]
    assert summary[["tickets_held", "attempts", "failed_attempts"]].tolist() == [2, 4, 1]
    assert summary["p50_ms"] == 4.0
    assert summary["duration_s"] == pytest.approx(0.0315)
    assert summary["throughput"] == pytest.approx(4 / 0.0315)


@pytest.mark.parametrize(
    ("flaws", "ok", "line"),
    [
        ({}, True, "2 of 2 tickets held, 1 buyer refused, 1 failed, 1 unanswered, none sold twice"),
        ({"oversold": 3}, False, "2 of 2 tickets held, 1 buyer refused, 1 failed, 1 unanswered, 3 sold twice"),
        ({"violations": 1}, False, "1 unanswered, none sold twice, the audit fails"),
        ({"partial": True}, False, "Partial run: 2 of 2 tickets held"),
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
    for name in samples.SCHEMAS:
        assert_frame_equal(getattr(loaded, name), getattr(saved, name))
    assert_series_equal(loaded.summary(), saved.summary())
    assert (loaded.scenario, loaded.manifest, loaded.partial) == (saved.scenario, saved.manifest, True)
    assert (tmp_path / "made" / "here" / "surge.png").read_bytes().startswith(b"\x89PNG")


def test_an_empty_run_comes_back_too_and_is_valid_json(tmp_path):
    empty = SurgeResult(**{**vars(result()), "attempts": columns.to_frame([])})
    loaded = load(empty.save(tmp_path))
    assert_frame_equal(loaded.attempts, empty.attempts)
    manifest = json.loads((tmp_path / "manifest.json").read_text(), parse_constant=pytest.fail)
    assert manifest["summary"]["p99_ms"] is None


def test_a_result_is_not_written_over(tmp_path):
    result().save(tmp_path)
    with pytest.raises(BookingSimError, match="holds a result, which is kept"):
        result().save(tmp_path)


def test_what_is_no_result_is_said_in_one_line(tmp_path):
    with pytest.raises(BookingSimError, match="holds no result that can be read") as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_notebook_sees_picture_and_numbers():
    html = result(oversold=3)._repr_html_()
    assert 'alt="2 of 2 tickets held' in html
    assert "data:image/png;base64," in html
    assert '<div class="tile bad"><span>Sold twice</span><b>3</b>' in html
    assert "p99_ms" in html


def test_a_result_is_one_line_where_it_is_printed():
    shown = repr(result())
    assert shown.startswith("<SurgeResult: 2 of 2 tickets held, 1 buyer refused")
    assert "\n" not in shown
