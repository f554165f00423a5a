"""A `contended` that no other call explains accuses nobody where others lock tickets; in a scratch database it does."""

from types import SimpleNamespace

import pytest
from histories import HEAD, HOLD_S, NOON, call, held, row

from booking_sim import prove
from booking_sim.records import columns
from booking_sim.records.attempts import Call
from booking_sim.records.holds import read_csv
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.manifest import TableReading
from booking_sim.scenario.scenario import Scenario

CALLS = [held(1, 1.0, 7, 3), call(2, Call.RESERVE, 2.0, "contended")]


@pytest.mark.parametrize(("strategy", "verdict"), [("default", "cannot tell"), ("mine.sql", "violated")])
def test_a_lone_contended_accuses_nobody_where_others_may_lock(strategy, verdict):
    run = SimpleNamespace(
        scenario=Scenario(tickets=10, hold=f"{HOLD_S:g}s", strategy=strategy),
        recorded=RecordedAttempts(columns.to_frame([tuple(zip(*CALLS, strict=True))])),
        holds=read_csv([HEAD + f"{row(7, 1, 1.005, 3)}\n".encode()]),
        manifest=SimpleNamespace(history=TableReading(NOON.isoformat(), 30.0, [])),
    )
    frame = prove(run).set_index("name")
    assert frame.loc["contended_is_true", "verdict"] == verdict
    assert set(frame["verdict"].drop("contended_is_true")) == {"holds"}
