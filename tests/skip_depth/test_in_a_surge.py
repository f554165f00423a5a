"""Skip depth during a surge: a share of the calls is measured, and nothing else is different."""

import numpy as np
import pytest
from psycopg.conninfo import make_conninfo

from booking_sim import surge
from booking_sim.plots import skip_depth_over_time
from booking_sim.result.manifest import DepthMeasure
from booking_sim.skip_depth import measure
from booking_sim.stats import depth_over_time, fairness, skip_depth

SMALL = {"tickets": 100, "buyers": 400, "connections": 8, "progress": False}


@pytest.fixture(scope="module")
def walked(servers):
    """The textbook's strategy with many buyers."""
    return surge(url=servers("main").url, strategy="skip_locked", depth_every=4, **SMALL)


def test_every_so_many_th_call_is_measured_and_answered_as_the_others(walked):
    assert walked.ok
    measured = walked.attempts["dead_rows_scanned"].notna()
    assert measured.sum() == pytest.approx(len(walked.attempts) / 4, abs=2)
    held = walked.attempts[measured & (walked.attempts["outcome"] == "held")]
    assert len(held) > 0
    assert held[["intent_id", "ticket_nos", "hold_expires_at"]].notna().all(axis=None)
    assert set(held["intent_id"]) <= set(walked.holds["intent_id"])


def test_what_was_walked_past_is_told(walked):
    depth = skip_depth(walked.attempts)
    assert depth["locked"] + depth["dead"] == walked.summary()["skip_depth"] > 0
    assert depth["holds"] + depth["refusals"] == walked.attempts["dead_rows_scanned"].notna().sum()
    assert walked.manifest.skip_depth == DepthMeasure(every=4, plans=True)


def test_with_0_nothing_is_measured(database):
    result = surge(url=database, depth_every=0, **SMALL)
    assert result.attempts["dead_rows_scanned"].isna().all()
    assert result.manifest.skip_depth is None
    assert result.metrics()["skip_depth"] is None


def test_a_call_that_fails_is_not_measured(database, conn):
    conn.execute("alter sequence booking.places rename to no_more")
    result = surge(url=make_conninfo(database), depth_every=1, **SMALL)
    assert set(result.attempts["sqlstate"]) == {"42P01"}
    assert result.attempts["dead_rows_scanned"].isna().all()


def test_a_server_that_tells_no_plans_is_said_so(database, monkeypatch):
    monkeypatch.setattr(measure, "_explains", lambda *_: False)
    result = surge(url=database, depth_every=4, **SMALL)
    assert result.manifest.skip_depth == DepthMeasure(every=4, plans=False)
    assert result.attempts["dead_rows_scanned"].notna().any()
    assert result.attempts["locked_rows_skipped"].isna().all()


def test_first_come_first_served_is_1_and_backwards_is_minus_1(walked):
    asked = walked.attempts.groupby("buyer")["scheduled_at"].first()
    held = walked.holds.assign(held_at=walked.holds["buyer"].map(asked))
    assert fairness(walked.attempts, held)[["tau", "displacement"]].tolist() == [1, 0]
    assert fairness(walked.attempts, held.assign(held_at=-held["held_at"]))["tau"] == -1
    late = held.assign(buyer=asked.nlargest(len(held)).index, held_at=range(len(held)))
    assert fairness(walked.attempts, late)["out_of_turn"] == 1


def test_it_is_drawn_over_the_run(walked):
    ax = skip_depth_over_time(walked.attempts)
    depth = depth_over_time(walked.attempts)
    layers = [patch.get_data() for patch in ax.patches if not patch.get_hatch()]  # hatched: not measured
    drawn = sum(np.nansum(layer.values - layer.baseline) for layer in layers)
    assert drawn == pytest.approx(depth[["locked", "dead"]].sum().sum())
    assert ax.get_ylabel() == "rows skipped per ticket\n(lower is better)"
