"""The stress test finds what is rare, shows it, and counts what it checked."""

import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from psycopg.errors import DeadlockDetected

from booking_sim.contract import confidence, stress, verify
from booking_sim.contract.subject import Broken, Subject, count_intents
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.strategies import find
from booking_sim.strategies.applying import scratch

ONE_IN_1000 = Path(__file__).with_name("one_in_1000.sql")

TWO_HOLDERS = re.compile(
    r"ticket \d+ of event \d+ has two holders: "
    r"intent \d+ of buyer \d+\.\d+, held at [\d:.]{15} UTC, (until [\d:.]{15} UTC|sold); "
    r"intent \d+ of buyer \d+\.\d+, held at [\d:.]{15} UTC, (until [\d:.]{15} UTC|sold)"
)

ALWAYS_EXPIRED = """
create or replace function booking.confirm(intent_id bigint, user_id text) returns text
language sql as $$ select 'expired' $$;
"""

NEVER_RELEASED = """
create or replace function booking.release(intent_id bigint, user_id text) returns text
language sql as $$ select 'released' $$;
"""

ALWAYS_SOLD_OUT = """
create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language sql as $$ select null::int[] $$;
create or replace function booking.count_left(event_id bigint, at_most int) returns bigint
language sql as $$ select 0::bigint $$;
"""

CROSSING_LOCKS = """
create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
declare
    first int := round(random());
begin
    perform pg_advisory_xact_lock(first);
    perform pg_sleep(0.02);
    perform pg_advisory_xact_lock(1 - first);
    return null;
end $$;
"""


@pytest.fixture
def subject_of(server):
    """Apply a strategy in a scratch database, which is gone with the test; what the points get of it."""
    with ExitStack() as stack:

        def open_subject(path, **options):
            strategy = replace(find(path), retry=())
            url = stack.enter_context(scratch(server.url, strategy))
            return Subject(url, stack.enter_context(connect(url)), strategy, **options)

        yield open_subject


@pytest.fixture
def rarer(tmp_path):
    """The known answer with one double sale in 20,000 claims."""
    text = ONE_IN_1000.read_text(encoding="utf-8")
    assert text.count("1.0 / 1000") == 1
    path = tmp_path / "one_in_20000.sql"
    path.write_text(text.replace("1.0 / 1000", "1.0 / 20000"), encoding="utf-8")
    return path


def test_one_double_sale_in_a_thousand_is_found_and_shown(subject_of):
    minute = subject_of(ONE_IN_1000, stress_for=timedelta(minutes=1))
    with pytest.raises(Broken) as found:
        stress.one_holder.check(minute)
    assert TWO_HOLDERS.fullmatch(str(found.value))


def test_the_tables_show_it_too(subject_of):
    subject = subject_of(ONE_IN_1000)
    it = stress.Stress(subject, stress.CLAIMING)
    with pytest.raises(Broken):
        it.run(60)
    with pytest.raises(Broken) as found:
        stress.check_tables(subject, it)
    assert TWO_HOLDERS.fullmatch(str(found.value))


def test_what_is_stated_of_a_rarer_fault_is_true(server, rarer, monkeypatch):
    """In a second there are too few claims to exclude one fault in 20,000, and the statement does not exclude it."""
    monkeypatch.setattr(stress, "SECONDS", 0.3)
    findings = [*verify(find(rarer), server.url, stress_for=timedelta(seconds=1))]
    stated = confidence(findings)
    if stated is None:
        assert any(finding.verdict == "FAIL" for finding in findings)
    else:
        assert 100 < stated.claims < 50_000
        assert stated.one_in < 20_000


def test_each_hold_is_counted_and_events_are_replaced_when_sold_out(subject_of):
    counts = []
    subject = subject_of("default", progress=lambda claims, seconds, in_all: counts.append((seconds, claims, in_all)))
    it = stress.Stress(subject, replace(stress.CLAIMING, sessions=4, capacity=10))
    it.run(2)
    stress.check_tables(subject, it)
    assert count_intents(subject.connection) == it.answered
    assert len(it.event_ids) > 2
    assert counts == sorted(counts)
    assert it.answered.made >= counts[-1][1] > 0
    assert {in_all for *_, in_all in counts} == {2}


@pytest.mark.parametrize(
    ("break_it", "complaint"),
    [
        (ALWAYS_EXPIRED, r"^confirm of intent \d+ of buyer [\d.]+, held at .*, until .*: expired$"),
        (ALWAYS_SOLD_OUT, r"^no session got a hold, so nothing was checked$"),
        (NEVER_RELEASED, r"^intents in the tables: .*released=0\), and should be .*released=[1-9]\d*\)$"),
    ],
)
def test_wrong_answers(subject_of, own, break_it, complaint):
    with pytest.raises(Broken, match=complaint):
        stress.one_holder.check(subject_of(own(break_it), stress_for=timedelta(seconds=1)))


def test_deadlocks_are_found(subject_of, own):
    """Some strategies' clients repeat calls that PostgreSQL ends because of a deadlock; here nobody does."""
    subject = subject_of(own(CROSSING_LOCKS))
    with pytest.raises(DeadlockDetected):
        stress.Stress(subject, replace(stress.PUSHING, sessions=4)).run(1)


@pytest.mark.parametrize("stress_for", [timedelta(0), timedelta(seconds=-1)])
def test_a_stress_test_needs_time(stress_for):
    with pytest.raises(BookingSimError, match="expected a duration above 0"):
        next(verify(find("default"), "", stress_for=stress_for))
