"""What follows a run takes little memory: most of its attempts are never in memory at once."""

import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from surge_results import HELD_UNTIL, attempt_rows, result

from booking_sim import Scenario
from booking_sim.cli.surge_report import report
from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check, verdict
from booking_sim.records import columns
from booking_sim.records.attempts import Attempt
from booking_sim.records.holds import read_csv
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.result.folder import STREAM, reserve_dir
from booking_sim.result.result import SurgeResult
from booking_sim.result.steps import Steps

MIB = 1 << 20
PER_MILLION = 60 * MIB
NUMBER = 200_000
STARTED = "2026-01-01T12:00:00+00:00"
SCENARIO = Scenario(tickets=1_000, buyers=NUMBER, connections=4, hold="300s")


@pytest.fixture
def pool():
    """Counts what Arrow allocates, from now on."""
    before = pa.default_memory_pool()
    counting = pa.proxy_memory_pool(before)
    pa.set_memory_pool(counting)
    yield counting
    pa.set_memory_pool(before)


def attempts(path, number):
    """The first buyers got a ticket; all others were refused."""
    with columns.Stream(path) as stream:
        for first in range(0, number, 10_000):
            buyer = np.arange(first, min(first + 10_000, number))
            held = buyer < SCENARIO.tickets
            at = np.where(held, 0.0, buyer / 10_000)
            values = dict.fromkeys(Attempt._fields, [None] * len(buyer)) | {
                "buyer": buyer,
                **dict.fromkeys(("session", "event", "worker", "connection"), np.zeros(len(buyer), int)),
                **dict.fromkeys(("attempt", "quantity"), np.ones(len(buyer), int)),
                **dict.fromkeys(("scheduled_at", "queued_at", "sent_at"), at),
                "kind": ["fan"] * len(buyer),
                "call": ["reserve"] * len(buyer),
                "latency_ms": 1 + buyer % 7,
                "outcome": np.where(held, "held", "sold_out").tolist(),
                "is_first_call": np.zeros(len(buyer), bool),
                "intent_id": [int(n) + 1 if n < SCENARIO.tickets else None for n in buyer],
                "ticket_nos": [[int(n) + 1] if n < SCENARIO.tickets else None for n in buyer],
                "hold_expires_at": [HELD_UNTIL if each else None for each in held],
            }
            stream.add([*values.values()])
    return RecordedAttempts(path)


def holds():
    rows = (f"{n + 1},0,{n},0,1,{n + 1},1,0.0,300.0,,open\n" for n in range(SCENARIO.tickets))
    head = "intent_id,event,buyer,session,quantity,ticket_nos,tickets_agree,held_at,deadline,ended_at,end\n"
    return read_csv([(head + "".join(rows)).encode()])


@pytest.mark.faults
def test_what_follows_a_run_takes_60_mib_for_a_million_attempts(pool, tmp_path, monkeypatch):
    """To judge it, to summarise it, to draw it and to write its file."""
    for name in ("PIECE", "ROW_GROUP"):
        monkeypatch.setattr(columns, name, 10_000)
    recorded, held, made = attempts(tmp_path / "attempts.arrows", NUMBER), holds(), result()
    before = pool.max_memory()
    tracemalloc.start()
    proof = check(recorded, held, Circumstances.of(SCENARIO, started_at=STARTED, read_at=10.0, lost_workers=[]))
    run = SurgeResult(
        scenario=SCENARIO, attempts=recorded, holds=held, audit=made.audit, proof=proof, manifest=made.manifest
    )
    recorded.settle(tmp_path / "attempts.parquet")
    summary = run.summary()
    run.chart()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (verdict(proof), summary["attempts"], summary["held"]) == ("holds", NUMBER, SCENARIO.tickets)
    assert peak + pool.max_memory() - before < PER_MILLION * NUMBER / 1_000_000


def test_what_follows_a_run_never_has_all_attempts_at_once(tmp_path, monkeypatch):
    """To judge it, to summarise it, to draw it, to write its files and to say what came of it."""

    def refuse(*_):
        raise MemoryError

    folder, run = reserve_dir(tmp_path / "out"), result()
    with columns.Stream(folder / STREAM) as stream:
        stream.add([*zip(*(row._replace(quantity=1) for row in attempt_rows()), strict=True)])
    run.recorded = RecordedAttempts(folder / STREAM)
    monkeypatch.setattr(RecordedAttempts, "frame", refuse)
    monkeypatch.setattr(RecordedAttempts, "columns", refuse)
    steps = Steps()
    check(run.recorded, run.holds, Circumstances.of(SCENARIO, started_at=STARTED, read_at=10.0, lost_workers=[]))
    run.save_in(folder, steps)
    assert not steps.problems
    assert "1 held" in report(run, folder)
