"""Frames made by hand, so that what is drawn and counted is known."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from booking_sim.records import columns, samples
from booking_sim.records.attempts import OUTCOMES, Attempt, Call, Phase
from booking_sim.records.holds import ENDS

NUMBERS = pd.ArrowDtype(pa.list_(pa.int32()))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def attempts(*rows):
    """Turn rows into a frame of attempts."""
    return columns.to_frame([tuple(zip(*rows, strict=True))] if rows else [])


def call(buyer, attempt, sent_at, latency_ms, outcome, *answer, **failure):
    """Sent as soon as it was planned."""
    start = (buyer, "buyer", 0, attempt, Call.RESERVE, 1, 0, 0, sent_at, sent_at, sent_at, latency_ms, outcome)
    return Attempt(*start, *answer, **failure)


def held(buyer, sent_at, intent_id, ticket_no, *, attempt=1, latency_ms=10.0, expires_s=300.0):
    expires_at = NOON + timedelta(seconds=expires_s)
    return call(buyer, attempt, sent_at, latency_ms, "held", intent_id, (ticket_no,), expires_at)


def refused(buyer, sent_at, outcome="sold_out", *, attempt=1, latency_ms=5.0):
    return call(buyer, attempt, sent_at, latency_ms, outcome)


def failed(buyer, sent_at, *, attempt=1):
    return call(buyer, attempt, sent_at, 900.0, "error", error="gone", phase=Phase.CALL_SENT)


def holds(*rows, hold_s=5.0):
    """Turn (held_at, end, ended_at) into a frame of holds that last so long."""
    held_at, ends, ended_at = zip(*rows, strict=True) if rows else ((), (), ())
    held_at = np.array(held_at, dtype=float)
    return pd.DataFrame(
        {
            "intent_id": np.arange(len(rows)) + 1,
            "event": 1,
            "buyer": pd.array(range(len(rows)), "Int32"),
            "session": pd.array([0] * len(rows), "Int32"),
            "quantity": pd.array([1] * len(rows), "Int32"),
            "ticket_nos": pd.array([[number] for number in range(1, len(rows) + 1)], NUMBERS),
            "tickets_agree": pd.array([1] * len(rows), "Int32"),
            "held_at": held_at,
            "deadline": held_at + hold_s,
            "ended_at": np.array(ended_at, dtype=float),
            "end": pd.Categorical(ends, ENDS),
        }
    )


def inventory(*rows):
    """Turn (seconds, available, held, overdue, sold) into counts of the tickets, none of them promised twice."""
    return pd.DataFrame(rows, columns=["seconds", "available", "held", "overdue", "sold"]).assign(oversold=0)


def waits(*rows):
    """Turn (seconds, pid, wait_event_type, wait_event, blocked_by) into a frame of waits of the run's own sessions."""
    columns = ["seconds", "pid", "wait_event_type", "wait_event", "blocked_by"]
    frame = pd.DataFrame(rows, columns=columns).assign(waited_ms=np.nan, call="reserve")
    frame["is_own"] = frame["pid"].notna()
    return frame.astype({"seconds": float, "pid": "Int32", "blocked_by": NUMBERS})


def sessions(*rows):
    """Turn (seconds, pid, is_own, blocked, application, state) into a frame of sessions of one user and database."""
    frame = pd.DataFrame(rows, columns=["seconds", "pid", "is_own", "blocked", "application", "state"])
    frame = frame.assign(database="shop", user="alice", query="-- why\nselect  *\n from orders")
    return frame[samples.SCHEMAS["sessions"].names].astype({"seconds": float, "pid": "Int32", "is_own": "boolean"})


def events(*rows):
    """Turn (seconds, kind, text) into a frame of events."""
    frame = pd.DataFrame(rows, columns=["seconds", "kind", "text"])
    return frame.astype(samples.to_frame("events").dtypes)


def server(*rows):
    """Turn (seconds, server_cpu_s, generator_cpu_s, machine_cpu_s) into samples of a server that does nothing else."""
    columns = ["seconds", "server_cpu_s", "generator_cpu_s", "machine_cpu_s"]
    still = {name: 0.0 for name in samples.SCHEMAS["server"].names if name not in columns}
    return pd.DataFrame(rows, columns=columns, dtype=float).assign(**still)


# A run with something of everything

CALLS = attempts(
    *(
        held(n, 0.05 * n, n + 1, n + 1, latency_ms=4.0 + n)._replace(dead_rows_scanned=n, locked_rows_skipped=2)
        for n in range(9)
    ),
    *(refused(20 + n, 0.3 + 0.02 * n, outcome, latency_ms=2.0 + n) for n, outcome in enumerate(OUTCOMES)),
    *(refused(40 + n, 1.0 + 0.01 * n, latency_ms=30.0 + n) for n in range(30)),
    refused(80, 1.2, "contended"),
    held(80, 1.3, 99, 10, attempt=2, latency_ms=700.0),
    failed(90, 1.4),
)
LATE = attempts(*(refused(n, 0.5 + 0.1 * n)._replace(scheduled_at=0.1 * n) for n in range(9)))
HOLDS = holds((0, "confirmed", 2), (0.2, "expired", 5.3), (0.5, "expired", 9), (0.6, "released", 1), (1, "open", None))
COUNTS = inventory((0, 10, 0, 0, 0), (0.5, 4, 6, 0, 0), (1, 1, 5, 1, 3), (1.9, 0, 2, 1, 7))
WAITS = waits(
    (0.0, 1, None, None, None),
    (0.0, 2, "Lock", "tuple", [1]),
    (0.5, 2, "Lock", "tuple", [1]),
    (0.5, 3, "Lock", "transactionid", [1, 2]),
    (1.0, 3, "LWLock", "BufferContent", None),
    (1.0, 4, "IO", "WalSync", None),
    (1.5, 4, "Timeout", "PgSleep", None),
    (1.5, 1, "Extension", "Extension", None),
    (2.0, 1, None, None, None),
    (2.5, 3, "Lock", "tuple", [2]),
    (3.0, None, None, None, None),
)
SAMPLES = server((0, 0, 0, 0), (0.5, 0.4, 0.3, 0.8), (1, 0.6, 0.5, 1.2), (2, 1.7, 0.9, 3.4))
FRAMES = (CALLS, HOLDS, COUNTS, WAITS, SAMPLES)
