"""`booking-sim surge` as a person and a program use it: what it prints, what it keeps, what it exits with."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from program import SECONDS
from slow_unsafe import write_unsafe

from booking_sim.audit import RULES
from booking_sim.result.loading import load

SMALL = ("surge", "--tickets", 5, "--buyers", 30, "--connections", 4)


def test_json_is_one_object_and_nothing_else(start, tmp_path):
    process = start(*SMALL, "--hold", "90s", "--seed", 3, "--out", "out", "--json")
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (0, "")
    summary = json.loads(out)
    expected = {"tickets": 5, "buyers": 30, "held": 5, "sold_out": 25, "contended": 0, "errors": 0, "oversold": 0}
    assert {name: summary[name] for name in expected} == expected
    assert summary["audit_ok"] is True
    assert 0 < summary["p50_ms"] <= summary["p95_ms"] <= summary["p99_ms"]
    assert summary["throughput"] > 0
    result = load(tmp_path / "out")
    assert result.scenario.hold.total_seconds() == 90
    assert result.scenario.seed == 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "attempts.parquet",
        "events.parquet",
        "holds.parquet",
        "inventory.parquet",
        "manifest.json",
        "server.parquet",
        "sessions.parquet",
        "statements.parquet",
        "surge.png",
        "waits.parquet",
    ]


def test_a_person_reads_the_answer_first_and_where_it_is_kept(run, tmp_path):
    status, out, err = run(*SMALL)
    assert (status, err) == (0, "")
    assert out.startswith("5 of 5 tickets held, 25 buyers refused, none sold twice.\n")
    (folder,) = (tmp_path / "results").iterdir()
    assert f"results/{folder.name}" in out
    assert f"audit     passed ({len(RULES) - 1} invariants)" in out  # all but the one that needs a sweeper


def test_a_database_that_sells_twice_is_caught(run, conn, tmp_path):
    conn.execute("""
        create sequence public.intents;
        create or replace function booking.reserve(
            event_id bigint, user_id text, quantity int default 1, hold_for interval default '5 minutes',
            request_key text default null,
            out outcome text, out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
        language sql as $$ select 'held', nextval('public.intents'), array[1], clock_timestamp() + hold_for $$
    """)
    status, out, _ = run(*SMALL, "--out", "out")
    assert status == 1
    assert "29 tickets sold twice" in out.splitlines()[0]
    assert load(tmp_path / "out").summary()["oversold"] == 29


def test_tables_that_hold_a_ticket_twice_are_caught(run, conn, first_hold):
    """The function keeps its promises, and somebody else writes past it."""
    conn.execute("""
        create function public.corrupt() returns trigger language plpgsql as $$ begin
            update booking.tickets set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
            where event_id = new.event_id and ticket_no = new.ticket_no;
            return null;
        end $$;
        create trigger corrupt after update on booking.tickets for each row
            when (new.ticket_no = 1 and new.status = 'held') execute function public.corrupt()
    """)
    status, out, _ = run(*SMALL, "--json")
    assert status == 1
    summary = json.loads(out)
    assert summary["audit_ok"] is False
    assert summary["oversold"] > 0


def test_the_unsafe_strategy_oversells_and_the_audit_says_so(run, tmp_path):
    unsafe = write_unsafe(tmp_path)
    status, out, err = run("surge", "--tickets", 50, "--buyers", 150, "--connections", 8, "--strategy", unsafe)
    assert (status, err) == (1, "")
    assert "the audit failed" in out.splitlines()[0]
    assert int(re.search(r"^  oversold +([\d,]+)$", out, re.MULTILINE)[1].replace(",", "")) > 0
    assert "audit     FAILED: A ticket is in one live intent at most" in out


@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        (["--ticket", 5], {}, "No such option"),
        (["--tickets", 0], {}, "tickets=0 is invalid: expected a whole number from 1 to 5,000,000."),
        (["--connections", 5000], {}, "connections=5000 is more than the server has left"),
        (["--hold", "5 fortnights"], {}, "hold='5 fortnights' is invalid: expected a duration"),
        (
            ["--strategy", "nosuch"],
            {},
            "Strategy 'nosuch' is unknown, and not the path of an .sql file: choose from default,",
        ),
        (["--strategy", "nosuch.sql"], {}, "Cannot read the strategy nosuch.sql: No such file"),
        (["--out", "/dev/null/out"], {}, "Cannot write to '/dev/null/out'"),
        (["--require", "p98 < 5"], {}, "metric 'p98' is unknown: choose from tickets, tickets_sold"),
        (["--junit", "/dev/null/junit.xml"], {}, "Cannot write to '/dev/null/junit.xml'"),
        ([], {"POSTGRES_URL": "postgresql://someone:secret@localhost:1/x"}, "No PostgreSQL answers"),
        ([], {"POSTGRES_URL": "postgresql://someone:sec@ret@"}, "cannot be read"),
    ],
)
def test_bad_input_gets_one_line_and_status_2(run, options, environment, words, tmp_path):
    status, out, err = run("surge", *options, **environment)
    assert (status, out) == (2, "")
    assert err.startswith("booking-sim: ")
    assert words in err
    assert err.count("\n") == 1
    assert "sec" not in err
    assert [path for path in tmp_path.rglob("*") if path.name != "results"] == []


def test_a_result_is_never_written_over(run, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text("{}")
    status, _, err = run("surge", "--out", "out")
    assert status == 2
    assert "contains a result, which is kept" in err
    assert (tmp_path / "out" / "manifest.json").read_text() == "{}"


def test_what_is_required_and_not_so_fails_with_a_table(run, tmp_path):
    met, missed = "oversold == 0", "held > 5"
    status, out, err = run(*SMALL, "--require", met, "--require", missed, "--junit", "junit.xml")
    assert (status, err) == (1, "")
    assert out.endswith("2 of 3 requirements are met.\n  held > 5   measured: 5\n")
    suite = ET.parse(tmp_path / "junit.xml").getroot().find("testsuite")
    cases = {case.get("name"): [child.tag for child in case] for case in suite.iter("testcase")}
    assert (cases[met], cases[missed], cases["no ticket is sold twice"]) == ([], ["failure"], [])
    assert suite.find("testcase/failure").get("message") == "measured: 5"
    counts = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": len(cases), "failures": 1, "errors": 0, "skipped": 1}


def test_what_is_required_and_so_passes(run):
    status, out, err = run(*SMALL, "--require", "p99_ms < 60000", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["failed"] == []
