"""A result made by hand, with any flaw that is asked for."""

import pandas as pd

from booking_sim import Scenario
from booking_sim.records import columns, samples
from booking_sim.records.attempts import Attempt
from booking_sim.records.holds import read_csv
from booking_sim.result.environment import Environment
from booking_sim.result.manifest import GeneratorReport, Manifest, ObserverReport
from booking_sim.result.result import SurgeResult

HELD_UNTIL = pd.Timestamp("2026-01-01 12:05", tz="UTC").to_pydatetime()


def call(buyer, attempt, sent_at, latency_ms, outcome, *answer, **failure):
    """Sent as soon as it was planned."""
    start = (buyer, "fan", 0, attempt, "reserve", 1, 0, 0, sent_at, sent_at, sent_at, latency_ms, outcome)
    return Attempt(*start, *answer, **failure)


KINDS = {"fan": {"share": 0.9, "pays": 0.5, "think": "5s..50s", "refreshes": 3}, "bot": {"share": 0.1, "at_once": 3}}


def attempt_rows():
    """One buyer got both tickets at the second try, one was refused, one failed."""
    return [
        call(0, 1, 0.0, 4.0, "contended"),
        call(0, 2, 0.02, 6.5, "held", 7, (1, 2), HELD_UNTIL),
        call(1, 1, 0.01, 1.5, "sold_out"),
        call(2, 1, 0.03, 1.5, "error", sqlstate="57P01", error="terminated", phase="call_sent"),
    ]


def result(*, violations=0, partial=False, oversold=0, rows=None):
    """Four buyers, two tickets: one got both at the second try, one was refused, one failed, one never came."""
    batches = [attempt_rows() if rows is None else rows]
    return SurgeResult(
        scenario=Scenario(tickets=2, buyers=4, quantity=2, connections=2, hold="90s", kinds=KINDS),
        attempts=columns.to_frame([tuple(zip(*each, strict=True)) for each in batches if each]),
        holds=read_csv(
            [
                b"intent_id,event,buyer,session,quantity,ticket_nos,tickets_agree,held_at,deadline,ended_at,end\n",
                b"7,1,0,0,2,1 2,2,0.025,90.025,,open\n5,1,,0,1,3,1,-3.5,86.5,2.25,confirmed\n",
            ]
        ),
        inventory=pd.DataFrame(
            [{"seconds": 3.0, "available": 0, "held": 2, "overdue": 0, "sold": 0, "oversold": oversold}]
        ),
        waits=samples.to_frame(
            "waits",
            [
                [
                    [1.5, 2],
                    [7, None],
                    [True, None],
                    ["reserve", None],
                    ["Lock", None],
                    ["tuple", None],
                    [[3], None],
                    [9, None],
                ]
            ],
            1,
        ),
        audit=pd.DataFrame(
            [{"name": "n", "rule": "r", "checked": True, "violations": violations, "offenders": [{"a": 1}]}]
        ),
        manifest=Manifest(
            event_ids=[1],
            started_at="2026-01-01T12:00:00+00:00",
            ended_at="2026-01-01T12:00:03+00:00",
            problems=["worker 1 said <b>no</b>"] * partial,
            strategy={"file": "default.sql", "sha256": "0"},
            environment=Environment(
                versions={"python": "3.11.0"},
                server={"source": "embedded", "version": "18.6", "settings": {"fsync": "on"}},
                machine={"system": "Linux", "processor": "fast", "cpus": 2, "memory_gib": 8.0},
                git=None,
            ),
            generator=GeneratorReport(busy=[0.5, 0.6], delayed=[0.1, 0.0], connecting={}, bottleneck="database"),
            observer=ObserverReport(sampling={}, problems=["waits: 3 of 4 samples were missed"], until_s=3.0),
        ),
    )
