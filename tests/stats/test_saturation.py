"""What limited a run, of samples in which it is known."""

import pandas as pd
import pytest

from booking_sim.stats import bottleneck, waited_for, waits_by_call


def attempts(*, late=0.0, queued=0.0, database=0.01):
    return pd.DataFrame(
        {"scheduled_at": [0.0], "queued_at": [late], "sent_at": [late + queued], "latency_ms": [1000 * database]}
    )


def waits(*events, samples=10):
    """In each sample, a session per event; None: it waits for nothing."""
    rows = [
        (second, pid + 1, *(event or (None, None))) for second in range(samples) for pid, event in enumerate(events)
    ]
    frame = pd.DataFrame(rows, columns=["seconds", "pid", "wait_event_type", "wait_event"])
    return frame.assign(is_own=True, call=frame["pid"].map({1: "reserve", 2: "confirm"}))


LOCK, READ, LOG, PAGE = (
    ("Lock", "tuple"),
    ("IO", "DataFileRead"),
    ("LWLock", "WALWrite"),
    ("LWLock", "BufferContent"),
)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([LOCK, LOCK, None], "lock"),
        ([READ, LOG, None], "disk"),
        ([None, None, LOCK], "cpu"),
        ([("Client", "ClientRead")], "network"),
        ([PAGE, PAGE, LOG], "memory"),
        ([LOCK, None], "database"),
        ([("Timeout", "PgSleep")], "database"),
    ],
)
def test_what_most_sessions_waited_for_is_named(events, kind):
    assert bottleneck(attempts(), waits=waits(*events)) == kind


@pytest.mark.parametrize(("events", "kind"), [([LOCK], "lock"), ([LOG], "disk"), ([None], "connections")])
def test_calls_that_wait_for_a_connection_wait_for_what_the_busy_ones_wait_for(events, kind):
    assert bottleneck(attempts(queued=1.0), waits=waits(*events)) == kind


def test_a_generator_that_is_busy_or_late_is_named():
    assert bottleneck(attempts(), [0.2, 0.81], waits(LOCK)) == "generator"
    assert bottleneck(attempts(), [0.2, 0.79], waits(LOCK)) == "lock"
    assert bottleneck(attempts(late=1.0), [0.2], waits(LOCK)) == "generator"


def under_way(calls, seconds=10):
    """Calls that are all under way for the whole of a run."""
    return pd.concat([attempts(database=seconds)] * calls)


def test_calls_that_no_session_is_at_work_for_are_the_networks_or_the_generators():
    """One of three calls under way has a session at work, so most answers lie unread or are on the way."""
    assert bottleneck(under_way(3), waits=waits(LOG)) == "network"
    assert bottleneck(under_way(3), [0.1], waits(LOG), [0.5]) == "generator"
    assert bottleneck(under_way(3), [0.1], waits(LOG), [0.1]) == "network"
    assert bottleneck(under_way(2), [0.1], waits(LOG), [0.5]) == "disk"  # for one of two, it is
    late = under_way(3).assign(queued_at=-20.0, scheduled_at=-20.0)
    assert bottleneck(late, [0.1], waits(LOG), [0.1]) == "connections"
    assert bottleneck(late, [0.1], waits(LOG), [0.5]) == "generator"


def test_few_samples_do_not_say_that_no_session_was_at_work():
    assert bottleneck(under_way(30), waits=waits(*[LOG] * 10, samples=4)) == "disk"
    hidden = waits(LOG).assign(is_own=False)  # another role's sessions: nobody is seen at work
    assert bottleneck(under_way(3), waits=hidden) == "database"


def test_a_generator_that_always_had_work_is_named_where_samples_do_not_tell():
    assert bottleneck(attempts(), [0.3], waits(LOCK, samples=9), [0.2, 0.51]) == "generator"
    assert bottleneck(attempts(), [0.3], waits(LOCK, samples=9), [0.2, 0.49]) == "database"
    assert bottleneck(attempts(), [0.3], waits(LOCK), [0.2, 0.51]) == "lock"
    assert bottleneck(attempts(queued=1.0), [0.3], None, [0.6]) == "connections"


def test_too_few_sessions_name_nothing():
    assert bottleneck(attempts(), waits=waits(LOCK, samples=9)) == "database"
    idle = waits(LOCK).assign(pid=None, wait_event_type=None, is_own=None)
    assert bottleneck(attempts(queued=1.0), waits=idle) == "connections"
    assert bottleneck(attempts().iloc[:0]) is None


def test_sessions_of_others_are_not_what_a_run_waited_for():
    both = waits(LOCK, READ).assign(is_own=[True, False] * 10)
    assert bottleneck(attempts(), waits=both) == "lock"
    assert waited_for(both).to_dict() == {"lock": 1}


def test_waits_of_each_call():
    found = waits_by_call(waits(LOCK, LOG, None))
    assert found.to_dict("index") == {
        "confirm": {"at_work": 1, "cpu": 0, "disk": 1, "lock": 0},
        "reserve": {"at_work": 1, "cpu": 0, "disk": 0, "lock": 1},
        "other": {"at_work": 1, "cpu": 1, "disk": 0, "lock": 0},
    }
    assert waits_by_call(waits()).empty


def test_shares_of_the_sessions_at_work():
    assert waited_for(waits(LOCK, LOCK, LOG, None)).to_dict() == {"lock": 0.5, "disk": 0.25, "cpu": 0.25}
    assert waited_for(waits()).empty
