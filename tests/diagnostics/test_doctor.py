"""The doctor on servers as people have them: what will hurt is said, with what to do; nothing is guessed."""

import json
import math
import re
import secrets
from dataclasses import replace

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from booking_sim import doctor
from booking_sim.database import connect
from booking_sim.database.embedded import Cluster
from booking_sim.database.privileges import grant
from booking_sim.diagnostics import CheckVerdict, Diagnosis, settings, surroundings
from booking_sim.diagnostics.facts import gather
from booking_sim.notebook import to_html

HURTS, GOOD, UNKNOWN = CheckVerdict.HURTS, CheckVerdict.GOOD, CheckVerdict.UNKNOWN


@pytest.fixture
def guest(server, database):
    """The URL of an ordinary user, who may do no more than connect, and have five connections."""
    name = f"guest_{secrets.token_hex(4)}"
    server.admin.execute(f"create role {name} login connection limit 5")
    yield make_conninfo(database, user=name)
    with connect(database) as owner:
        owner.execute(f"drop owned by {name}")
    server.admin.execute(f"drop role {name}")


@pytest.mark.core
def test_a_server_that_is_well(database, conn):
    diagnosis = doctor(database)
    found = by_check(diagnosis.findings)
    for name in (
        "version",
        "durability",
        "autovacuum",
        "rights",
        "scratch databases",
        "connections",
        "visibility",
        "clock",
    ):
        assert found[name].verdict is GOOD, found[name]
    major, minor = divmod(conn.info.server_version, 10_000)
    assert found["version"].found == f"PostgreSQL {major}.{minor}."
    assert "waits" in found["disk"].found
    assert "server and generator share them" in found["CPUs"].found
    numbers = re.search(r"takes (\d+) µs .* on (\d+) CPUs .* at most ([\d,]+)", found["generator"].found)
    cost_us, cpus, limit = numbers.groups()
    assert int(limit.replace(",", "")) == pytest.approx(1e6 * int(cpus) / int(cost_us), rel=0.1)
    frame = diagnosis.to_frame()
    assert list(frame.columns) == ["check", "verdict", "found", "advice"]
    assert frame["check"].is_unique
    assert all(frame.loc[frame["verdict"] == HURTS, "advice"])
    assert '<td>durability</td><td class="good">good</td>' in to_html(diagnosis)


def test_settings_that_hurt(server_home):
    bad = {
        "fsync": "off",
        "autovacuum": "off",
        "max_wal_size": "64MB",
        "log_statement": "all",
        "jit_above_cost": "0",
        "jit": "on",
        "lock_timeout": "2s",
        "default_transaction_isolation": "serializable",
    }
    with Cluster(server_home) as cluster:
        with connect(cluster.url) as admin:
            for name, value in bad.items():
                admin.execute(f"alter system set {name} = '{value}'")
            admin.execute("select pg_reload_conf()")
        found = by_check(doctor(cluster.url).findings)
    for name in ("durability", "autovacuum", "checkpoints", "logging", "jit", "time-outs", "transactions"):
        assert found[name].verdict is HURTS, found[name]
        assert found[name].advice
    assert found["durability"].advice == "Set fsync = on."
    assert found["disk"].verdict is UNKNOWN
    assert found["time-outs"].found.startswith("lock_timeout is 2,000 ms")


@pytest.mark.core
def test_too_few_connections(database, guest):
    found = by_check(doctor(database, connections=9999).findings)["connections"]
    assert found.verdict is HURTS
    assert found.found.startswith("9,999 are wanted and ")
    found = by_check(doctor(guest, connections=9).findings)["connections"]
    assert found.verdict is HURTS
    assert found.found.startswith("9 are wanted and 2 are left: user 'guest_")
    assert found.advice.startswith("Request at most 2,")


@pytest.mark.core
def test_an_ordinary_user_is_told_what_is_missing(database, guest, server):
    found = by_check(doctor(guest).findings) | {
        "scratch databases": by_check(doctor(guest, command="compare").findings)["scratch databases"]
    }
    assert {found[name].verdict for name in ("rights", "scratch databases")} == {HURTS}
    assert {found[name].verdict for name in ("visibility", "others", "old snapshots")} == {UNKNOWN}
    assert "waits" in found["disk"].found
    with connect(database) as owner:
        for name in ("scratch databases", "visibility"):
            owner.execute(found[name].advice.partition("run: ")[2].removesuffix("."))
        user = conninfo_to_dict(guest)["user"]
        assert found["rights"].advice.startswith(f"Have '{owner.info.user}' run: booking-sim db grant {user} --audit;")
        grant(owner, user, audit=True)
        again = by_check(doctor(guest).findings)
    assert {again[name].verdict for name in ("rights", "scratch databases", "visibility")} == {GOOD}


@pytest.fixture(scope="module")
def facts(servers):
    """What was found on a server that is well, and on a machine with nothing else to do."""
    with connect(servers("main").url) as connection:
        found = gather(connection, 32)
    at_rest = {"busy": 0.0, "cpus": 4, "commit_s": 0.001, "round_trip_s": 0.0001, "clock_ahead_s": 0.0}
    alone = {"at_work": 0, "oldest_transaction_s": 0.0}
    return replace(found, **at_rest, server=found.server | alone)


@pytest.mark.parametrize(
    ("check", "change", "words"),
    [
        ("disk", {"commit_s": 0.05}, "no connection can hold more than 20 tickets a second"),
        ("round trip", {"round_trip_s": 0.03}, "takes 30 ms: most of a call is the network"),
        ("clock", {"clock_ahead_s": -7.2}, "The server's clock is 7.2 s behind this machine's"),
        ("CPUs", {"busy": 0.6}, "60% busy"),
        ("CPUs", {"cpus": 1}, "the generator waits for itself"),
        ("pooler", {"announced_pid": 0}, "A connection pooler stands before the server"),
        (
            "server processes",
            {"server": {"connected": 2000}, "settings": {"max_connections": "9999"}},
            "2,000 connections, each",
        ),
        ("connections", {"files": 40}, "a process may open 40 files"),
        ("others", {"server": {"at_work": 3}}, "Other sessions are at work on this server: 3."),
        ("old snapshots", {"server": {"oldest_transaction_s": 3600.0}}, "A transaction is 3,600 s old"),
        ("old snapshots", {"server": {"oldest_prepared_s": 61.0}}, "A prepared transaction is 61 s old"),
        ("old snapshots", {"server": {"oldest_slot_xids": 5_000_000}}, "5,000,000 transactions behind"),
        ("rights", {"server": {"is_standby": True}}, "The server is a standby"),
        ("durability", {"settings": {"synchronous_commit": "off"}}, "synchronous_commit off"),
        ("memory", {"settings": {"shared_buffers": "1048576"}}, "shared_buffers is 1 MB"),
        ("visibility", {"settings": {"track_activities": "off"}}, "nobody sees what buyers wait for"),
        ("version", {"settings": {"debug_assertions": "on"}}, "built with assertions"),
    ],
)
def test_one_thing_wrong_is_one_finding(facts, check, change, words):
    nested = {name: getattr(facts, name) | value for name, value in change.items() if isinstance(value, dict)}
    before = by_check((*settings.checks(facts), *surroundings.checks(facts)))
    ill = replace(facts, **change | nested)
    after = by_check((*settings.checks(ill), *surroundings.checks(ill)))
    assert [name for name, finding in before.items() if finding.verdict is HURTS] == []
    assert [name for name, finding in after.items() if finding.verdict is HURTS] == [check]
    assert words in after[check].found
    assert after[check].advice


def test_statements_are_counted_only_where_the_extension_is_loaded(facts):
    def verdict(loaded, made):
        known = {name: value for name, value in facts.settings.items() if loaded or "pg_stat_statements" not in name}
        seen = replace(facts, settings=known, server=facts.server | {"counts_statements": made})
        return by_check(surroundings.checks(seen))["statements"]

    assert verdict(loaded=True, made=True).verdict is GOOD
    assert verdict(loaded=True, made=False).advice == "Run: create extension pg_stat_statements."
    assert verdict(loaded=False, made=True).advice.startswith("Put pg_stat_statements into shared_preload_libraries")


def test_the_first_line_says_what_will_hurt(facts):
    well = Diagnosis(tuple(settings.checks(facts)))
    assert well.headline == "Nothing that will hurt a run was found."
    ill = Diagnosis(tuple(settings.checks(replace(facts, commit_s=0.05))))
    assert ill.headline == "Will hurt a run: disk."
    unseen = Diagnosis(tuple(settings.checks(replace(facts, commit_s=math.nan))))
    assert unseen.headline.endswith(f"was found. Not known from here: 1 of {len(unseen.findings)}.")


@pytest.mark.parametrize("commit_s", [0.0, math.nan])
def test_a_disk_that_cannot_be_that_fast_is_not_believed(facts, commit_s):
    [finding] = [each for each in settings.checks(replace(facts, commit_s=commit_s)) if each.check == "disk"]
    assert finding.verdict is UNKNOWN


def test_the_command_says_it_line_by_line(run, guest):
    status, out, err = run("doctor", POSTGRES_URL=guest)
    assert (status, err) == (1, "")
    checks = [line.split()[0] for line in out.splitlines() if line.strip() and line[0] != " "]
    assert checks[:5] == ["Will", "version", "durability", "disk", "autovacuum"]
    assert out.startswith("Will hurt a run: rights")
    assert "rights             will hurt    User 'guest_" in out
    assert "scratch databases  good         User 'guest_" in out
    status, out, err = run("doctor", "--json")
    reported = json.loads(out)
    assert (status, err) == (0 if reported["ok"] else 1, "")
    assert reported["ok"] == all(finding["verdict"] != "will hurt" for finding in reported["findings"])


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("postgresql://someone:secret@localhost:1/x", [], "No PostgreSQL answers at localhost:1"),
        ("", ["--connections", "0"], "connections=0 is invalid: expected a whole number from 1 on"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line_and_status_2(run, database, url, options, words):
    status, out, err = run("doctor", *options, POSTGRES_URL=url or database)
    assert (status, out) == (2, "")
    assert err.startswith(f"booking-sim: {words}")
    assert err.count("\n") == 1
    assert "secret" not in err


def by_check(findings):
    return {finding.check: finding for finding in findings}
