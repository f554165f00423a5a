"""The metrics cover everyone who came: those without an answer, who were late, who paid, and who asked twice."""

import math

import pandas as pd
import pytest
from made_up import attempts, call, failed, held, holds, inventory, refused

from booking_sim import Scenario
from booking_sim.proof.rules import unchecked
from booking_sim.records import columns
from booking_sim.records.attempts import Call
from booking_sim.records.recorded import RecordedAttempts
from booking_sim.stats import Part, common_errors
from booking_sim.stats.caveats import caveats
from booking_sim.stats.summary import WHOLE, headline, summarise

AUDIT = pd.DataFrame({"checked": [True], "violations": [0]})


def summary_of(frame, *, known=None, audit=AUDIT, sold=0, part=WHOLE, is_incomplete=False, **settings):
    return summarise(
        Scenario(**({"tickets": 10, "buyers": frame["buyer"].nunique() or 1, "hold": "300s"} | settings)),
        RecordedAttempts(frame).pieces,
        holds=holds() if known is None else known,
        inventory=inventory((9.0, 10 - sold, 0, 0, sold)),
        audit=audit,
        proof=unchecked(),
        is_incomplete=is_incomplete,
        part=part,
    )


def left(buyer, queued_at):
    return refused(buyer, queued_at, "gave_up")._replace(sent_at=None, latency_ms=None, error="no connection")


def paid(buyer, intent_id, outcome="confirmed", *, attempt=2, sent_at=1.0):
    answer = call(buyer, attempt, sent_at, 10.0, outcome)
    return answer._replace(call=Call.CONFIRM, intent_id=intent_id)


def test_throughput_is_answers_and_those_who_gave_up_are_offered_and_not_sent():
    frame = attempts(*(refused(n, 0.0, latency_ms=1000.0) for n in range(29)), *(left(n, 1.0) for n in range(29, 100)))
    summary = summary_of(frame)
    assert summary[["offered", "sent", "answered", "refused", "lost"]].tolist() == [100, 29, 29, 29, 0]
    assert summary["answered_share"] == 0.29
    assert (summary["throughput"], summary["offered_per_s"]) == (29.0, 100.0)
    assert summary["p99_ms"] == math.inf
    (sentence,) = caveats(summary, Scenario())
    assert sentence.startswith(
        "29.0% of 100 calls were answered; 0 were sent and lost, the rest were not sent. So p50,"
    )


def test_what_was_sent_and_had_no_answer_is_lost():
    summary = summary_of(attempts(refused(0, 0.0), failed(1, 0.0), left(2, 0.0)), buyers=4)
    assert summary[["offered", "sent", "answered", "lost", "unanswered"]].tolist() == [4, 2, 1, 1, 1]


def test_in_an_open_loop_the_headline_latency_is_since_the_planned_instant():
    late = [refused(n, 1.0, latency_ms=10.0)._replace(scheduled_at=0.05, queued_at=0.5) for n in range(4)]
    summary = summary_of(attempts(*late))
    assert summary["p99_ms"] == pytest.approx(960)
    assert summary[["p99_dispatch_ms", "p99_database_ms"]].tolist() == pytest.approx([510, 10])
    assert summary["mean_ms"] == summary["max_ms"] == pytest.approx(960)


def test_the_tail_has_a_name():
    summary = summary_of(attempts(*(refused(n, 0.0, latency_ms=float(n + 1)) for n in range(2000))))
    assert summary[["p99_ms", "p999_ms", "max_ms", "mean_ms"]].tolist() == [1980, 1998, 2000, 1000.5]


def test_failed_calls_of_every_kind_count_once_for_each_request():
    """A lost reserve that was repeated and held; a confirm that failed; a release whose answer was lost."""
    lost = failed(0, 0.0)._replace(outcome="unknown")
    rows = [
        lost,
        held(0, 1.0, 11, 1, attempt=2),
        paid(0, 11, "error", attempt=3)._replace(error="no", sqlstate="XX000"),
    ]
    back = paid(1, 12, "unknown", attempt=2)._replace(call=Call.RELEASE, error="cut off")
    frame = attempts(*rows, held(1, 0.0, 12, 2), back)
    summary = summary_of(frame)
    assert summary[["errors", "failed_attempts", "retries", "failed_buyers"]].tolist() == [2, 3, 1, 0]
    assert "2 calls failed" in headline(summary)
    errors = common_errors(frame)
    assert errors[["call", "sqlstate", "error", "count"]].to_numpy().tolist() == [
        ["confirm", "XX000", "no", 1],
        ["release", "", "cut off", 1],
        ["reserve", "", "gone", 1],
    ]


def test_an_answer_that_was_lost_and_repeated_counts_as_one_sale():
    frame = attempts(
        held(0, 0.0, 11, 1),
        paid(0, 11, "unknown"),
        paid(0, 11, "already_confirmed", attempt=3)._replace(repeats=2),
        paid(1, 12, "expired"),
    )
    assert summary_of(frame)[["confirmed", "expired"]].tolist() == [1, 1]


def test_a_hold_that_had_run_out_when_its_request_was_repeated_is_not_held():
    late = held(0, 7.0, 1, 1, attempt=2)._replace(outcome="hold_expired")
    summary = summary_of(attempts(failed(0, 0.0), late, held(1, 1.0, 2, 2)))
    assert summary[["held", "held_too_late", "tickets_held"]].tolist() == [1, 1, 1]
    assert "1 answered after their hold had run out" in headline(summary)
    assert any("1 buyers got their hold by a repeated request" in sentence for sentence in caveats(summary, Scenario()))


def twice():
    """A ticket held by two buyers at once, by their answers; the tables say that the first hold was released."""
    frame = attempts(held(0, 0.0, 1, 1, expires_s=300), held(1, 0.1, 2, 1, expires_s=301))
    return frame, holds((0.0, "released", 0.05), (0.1, "open", None), hold_s=300.0)


def test_a_release_of_a_killed_worker_is_not_said_to_be_an_oversell():
    frame, known = twice()
    summary = summary_of(frame, known=known, is_incomplete=True)
    assert summary[["oversold", "oversold_unclear"]].tolist() == [0, 1]
    assert headline(summary).startswith("Partial run, 1 ticket perhaps sold twice, since attempts are missing: ")
    assert "none sold twice" not in headline(summary)
    assert any("is not known" in sentence for sentence in caveats(summary, Scenario()))


def test_a_release_that_nobody_asked_for_is_an_oversell_where_no_attempt_is_missing():
    frame, known = twice()
    assert summary_of(frame, known=known)[["oversold", "oversold_unclear"]].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("audit", "words"),
    [
        (AUDIT.iloc[:0], "The audit was not done: "),
        (AUDIT.assign(checked=False), "The audit was not done: "),
        (AUDIT.assign(violations=1), "The audit failed: "),
    ],
)
def test_an_audit_that_was_not_done_does_not_pass(audit, words):
    summary = summary_of(attempts(refused(0, 0.0)), audit=audit)
    assert not summary["audit_ok"]
    assert headline(summary).startswith(words)
    assert "none sold twice" not in headline(summary)


def test_tickets_sold_come_first_and_late_payments_are_not_hidden():
    frame = attempts(held(0, 0.0, 1, 1), paid(0, 1, "expired"), held(1, 0.1, 2, 2), paid(1, 2), refused(2, 0.2))
    assert headline(summary_of(frame, sold=1)) == (
        "1 of 10 tickets sold, 1 payment too late, held 2 times, 1 buyer refused, none sold twice"
    )


@pytest.mark.parametrize(
    ("waited_ms", "scale", "is_said"), [(2400.0, 60, False), (2600.0, 60, True), (2600.0, 1, False)]
)
def test_waiting_that_comes_near_the_scaled_hold_is_said(waited_ms, scale, is_said):
    summary = summary_of(attempts(refused(0, 0.0, latency_ms=waited_ms)), time_scale=scale)
    sentences = caveats(summary, Scenario(hold="300s", time_scale=scale))
    assert (
        any("Waiting comes near the hold: 1 of 100 requests took 2,600 ms or longer" in one for one in sentences)
        is is_said
    )


def test_any_metric_of_a_kind_a_call_and_a_window():
    fan, bot = (held(0, 0.0, 1, 1), paid(0, 1)), (refused(1, 3.0)._replace(kind="bot"), held(2, 4.0, 2, 2))
    known = holds((0.0, "confirmed", 1.0), (4.0, "open", None))
    frame = attempts(*fan, *bot)
    assert summary_of(frame, known=known, part=Part(kind="bot"))[["buyers", "sold_out", "held"]].tolist() == [1, 1, 0]
    assert summary_of(frame, known=known, part=Part(call="confirm"))[["attempts", "confirmed"]].tolist() == [1, 1]
    assert summary_of(frame, known=known, part=Part(end=2.0))[["tickets_sold", "tickets_held"]].tolist() == [1, 1]
    assert summary_of(frame, known=known, part=Part(start=2.0))[["tickets_sold", "tickets_held"]].tolist() == [0, 1]


def test_nothing_is_nothing():
    summary = summary_of(columns.to_frame([]), buyers=3)
    assert summary[["offered", "answered", "throughput", "errors", "unanswered"]].tolist() == [3, 0, 0, 0, 3]
    assert math.isnan(summary["p99_ms"])
