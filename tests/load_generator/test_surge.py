"""A surge from Python, against a real server: exact counts, everything written down, nothing else touched."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from program import children

from booking_sim import Scenario, surge
from booking_sim.booking import create_event, reserve
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.records.attempts import OUTCOMES, PAYMENTS, Attempt
from booking_sim.strategies import find

TABLES = ("events", "tickets", "booking_intents")

ONE_IN_FOUR_FAILS = """-- Every fourth claim is one that a serializable transaction could not make
-- client: 40001
create sequence booking.claims;
create or replace function booking.claim(event_id bigint, quantity int) returns int[] language plpgsql as $$
begin
    if nextval('booking.claims') % 4 = 0 then
        raise exception using errcode = '40001', message = 'could not serialize access';
    end if;
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no limit claim.quantity for update skip locked
    );
end $$;
"""


@pytest.fixture(scope="module")
def place(servers):
    """The URL of a database that several tests read."""
    server = servers("main")
    with server.database(server.template) as url:
        yield url


@pytest.fixture(scope="module")
def small(place):
    """A surge of 40 tickets and 400 buyers."""
    return surge(tickets=40, buyers=400, connections=8, url=place, progress=False)


@pytest.fixture
def inside(place):
    """A connection to its database."""
    with connect(place) as connection:
        yield connection


def test_every_ticket_is_held_and_everybody_else_refused(small, inside):
    summary = small.summary()
    assert summary[["held", "sold_out", "contended", "errors", "unanswered", "oversold"]].tolist() == [
        40,
        360,
        0,
        0,
        0,
        0,
    ]
    assert small.ok
    assert not small.partial
    assert inside.execute("select count(distinct ticket_no) from booking.tickets where status = 'held'").fetchone() == (
        40,
    )
    end = {"available": 0, "held": 40, "overdue": 0, "sold": 0, "oversold": 0}
    assert small.inventory.iloc[-1].drop("seconds").to_dict() == end


def test_every_attempt_is_a_row(small, inside):
    attempts = small.attempts
    assert list(attempts.columns) == list(Attempt._fields)
    assert sorted(attempts["buyer"].unique()) == list(range(400))
    assert set(attempts["worker"]) == {0, 1}
    assert set(attempts["connection"]) == set(range(8))
    assert attempts["sent_at"].between(0, 60).all()
    assert attempts["latency_ms"].between(0, 60_000, inclusive="neither").all()
    assert list(attempts["outcome"].cat.categories) == [*OUTCOMES, *PAYMENTS]
    held = attempts[attempts["outcome"] == "held"].explode("ticket_nos")
    reported = set(zip(held["intent_id"], held["ticket_nos"], "buyer " + held["buyer"].astype(str), strict=True))
    assert reported == set(inside.execute("select intent_id, ticket_no, held_by from booking.tickets").fetchall())


def test_a_quantity_that_leaves_a_rest_leaves_it_available(database):
    result = surge(tickets=20, buyers=60, quantity=3, connections=4, url=database, progress=False)
    assert result.ok
    assert result.summary()[["held", "tickets_held", "sold_out"]].tolist() == [6, 18, 54]
    assert result.inventory["available"].iloc[-1] == 2


def test_a_ticket_held_again_after_its_hold_ran_out_is_not_oversold(database):
    result = surge(tickets=2, buyers=300, hold="5ms", connections=4, url=database, progress=False)
    assert result.ok
    assert result.summary()["held"] > 2
    assert "2 tickets, held " in result.headline


def test_what_was_there_before_stays(database, conn):
    event_id = create_event(conn, "concert", 3)
    reserve(conn, event_id, "buyer 1", request_key=f"event {event_id + 1}")
    before = [conn.execute(f"select * from booking.{table} as t order by t").fetchall() for table in TABLES]
    surge(tickets=3, buyers=30, connections=2, url=database, progress=False)
    after = [conn.execute(f"select * from booking.{table} as t order by t").fetchall() for table in TABLES]
    assert all(set(map(str, old)) <= set(map(str, new)) for old, new in zip(before, after, strict=True))


def test_another_strategy_runs_in_a_scratch_database(server, database, conn, tmp_path):
    own = tmp_path / "own.sql"
    own.write_text(find("skip_locked").path.read_text())
    result = surge(tickets=20, buyers=60, connections=4, strategy=own, url=database, progress=False)
    assert result.ok
    assert result.inventory["held"].iloc[-1] == 20
    assert conn.execute("select count(*) from booking.events").fetchone() == (0,)
    assert server.scratches(os.getpid()) == []
    assert result.manifest.strategy["file"] == "own.sql"
    assert len(result.manifest.strategy["sha256"]) == 64
    assert str(tmp_path) not in json.dumps(result.manifest.to_dict() | result.scenario.to_dict())


def test_a_strategys_client_asks_again_and_every_attempt_is_told(database, tmp_path):
    own = tmp_path / "own.sql"
    own.write_text(ONE_IN_FOUR_FAILS)
    result = surge(tickets=10, buyers=30, connections=8, strategy=own, url=database, progress=False)
    summary = result.summary()
    failed = result.attempts[result.attempts["outcome"] == "error"]
    assert set(failed["sqlstate"]) == {"40001"}
    assert summary["retries"] >= summary["failed_attempts"] > 0
    assert summary[["held", "sold_out", "errors", "oversold"]].tolist() == [10, 20, 0, 0]


def test_an_empty_database_is_migrated_first(empty_database):
    assert surge(tickets=2, buyers=5, connections=2, url=empty_database, progress=False).ok


def test_the_manifest_says_with_what_and_no_more(small, place):
    manifest = small.manifest
    assert manifest.environment.server["settings"]["fsync"] == "on"
    assert manifest.environment.server["source"] == "url"
    assert set(manifest.environment.versions) == {"booking_sim", "python", "psycopg", "libpq"}
    assert manifest.environment.machine["cpus"] >= 1
    written = json.dumps(manifest.to_dict())
    for private in (place, place.split("host=")[-1].split()[0], "password", sys.prefix):
        assert private not in written


def test_a_scenario_may_be_given_and_changed(database):
    result = surge(Scenario(tickets=2, buyers=9, connections=2), buyers=5, url=database, progress=False)
    assert (result.scenario.tickets, result.scenario.buyers) == (2, 5)


def test_more_connections_than_are_left_are_refused_before_anything_is_made(database, conn):
    with pytest.raises(
        BookingSimError, match=r"connections=9999 is more than the server has left, \d+: .* Request at most"
    ):
        surge(connections=9999, url=database)
    assert conn.execute("select count(*) from booking.events").fetchone() == (0,)


def test_workers_end_and_connections_close(small, inside):
    ours = "datname = current_database() and application_name like 'booking_sim surge%' and state <> 'idle'"
    left = f"select count(*) from pg_stat_activity where {ours}"
    assert inside.execute(left).fetchone() == (0,)
    assert children(os.getpid(), "booking_sim.load_generator.worker.worker.run_worker") == []


def test_a_script_without_a_main_guard_runs_once(database, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        f"from booking_sim import surge\nprint(surge(tickets=2, buyers=5, connections=2, url={database!r}).headline)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("2 of 2 tickets held, 3 buyers refused, none sold twice\n", "")


def test_a_surge_in_a_thread_works(database):
    """As in a server or a notebook's background: no signal handlers there."""
    with ThreadPoolExecutor() as executor:
        assert executor.submit(surge, tickets=2, buyers=5, connections=2, url=database).result().ok


def test_a_bar_is_shown_when_asked_for(database, capsys):
    surge(tickets=2, buyers=5, connections=2, url=database, progress=True)
    shown = capsys.readouterr()
    assert "5/5" in shown.err
    assert re.search(r"p99 [\d.,]+ ms, [\d,]+/s, 2 held, 3 refused", shown.err)
    assert shown.out == ""


def test_what_is_given_out_is_a_copy(small):
    frame, summary = small.to_frame(), small.summary()
    frame["buyer"] = 0
    summary["held"] = 0
    assert small.attempts["buyer"].nunique() == 400
    assert small.summary()["held"] == 40


def test_what_the_machinery_is_to_do_reaches_the_workers(database):
    settings = {"cold": True, "payments_first": False, "answer_timeout": "3s"}
    result = surge(tickets=2, buyers=5, connections=2, **settings, url=database, progress=False)
    assert {name: result.scenario.to_dict()[name] for name in settings} == settings
    assert result.manifest.generator.warm_up_error == ""
    assert result.attempts["is_first_call"].sum() == 2
    assert (result.attempts["quantity"] == 1).all()


def test_the_log_has_the_parts_of_a_run(database, caplog):
    caplog.set_level("DEBUG", "booking_sim")
    surge(tickets=1, buyers=2, connections=1, workers=1, url=database, progress=False)
    messages = [re.sub(r"\d+ %", "N %", record.getMessage()) for record in caplog.records]
    assert [message for message in messages if message.startswith(("1 workers", "worker 0"))] == [
        "1 workers are ready: the run starts",
        "worker 0 has ended; it was at work N % of the time",
    ]
    assert [message for message in messages if message.startswith("the observer")] == [
        "the observer is ready",
        "the observer has ended",
    ]
    assert any(re.match("connecting to .* as booking_sim lease", message) for message in messages)
