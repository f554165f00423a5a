"""`booking-sim compare` as a person and a program use it."""

import json
import signal

import pandas as pd
from program import SECONDS
from slow_unsafe import write_unsafe

HEADINGS = ["buyers/s", "p50", "ms", "p99", "ms", "locked", "dead", "at", "locks", "dead", "rows", "order", "oversold"]
SMALL = ("--tickets", 40, "--buyers", 120, "--connections", 4, "--rounds", 1)


def test_a_person_reads_a_table_and_what_to_remember(run, tmp_path):
    status, out, err = run("compare", "default", "unsafe", *SMALL)
    assert (status, err) == (0, "")
    head, *_ = out.splitlines()
    assert head.split() == HEADINGS
    assert {line.split()[0] for line in out.splitlines()[1:3]} == {"default", "unsafe"}
    (folder,) = (tmp_path / "results").iterdir()
    assert f"Kept in results/{folder.name}." in out


def test_json_is_one_object_and_a_safe_one_that_oversells_is_exit_1(run, tmp_path):
    careless = write_unsafe(tmp_path, "careless")
    careless.write_text(careless.read_text(encoding="utf-8").replace("-- safe: no\n", ""), encoding="utf-8")
    status, out, err = run("compare", "careless.sql", *SMALL, "--out", "out", "--json")
    assert (status, err) == (1, "")
    reported = json.loads(out)
    assert reported["failed"] == ["careless"]
    assert reported["table"]["careless"]["oversold"]["median"] > 0
    assert (
        json.loads((tmp_path / "out" / "manifest.json").read_text())["strategies"]["careless"]["file"] == "careless.sql"
    )


def test_bad_input_gets_one_line_and_status_2(run, tmp_path):
    status, out, err = run("compare", "nosuch", *SMALL)
    assert (status, out) == (2, "")
    assert err.startswith("booking-sim: Strategy 'nosuch' is unknown")
    assert err.count("\n") == 1
    assert list((tmp_path / "results").iterdir()) == []


def test_ctrl_c_keeps_the_runs_before_it(start, server, tmp_path):
    process = start("compare", "default", "skip_locked", *SMALL[:-1], 50, "--out", "out")
    scratch = f"booking_sim_scratch_{process.pid:08x}%"
    query = "select datname from pg_stat_activity where datname like %s and application_name like 'booking_sim surge%%'"
    seen = set()
    while len(seen) < 2:  # the second run is under way
        assert process.poll() is None
        seen |= set(server.admin.execute(query, [scratch]).fetchall())
        server.admin.execute("select pg_sleep(0.01)")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (130, "")
    assert "Kept in out." in out
    assert 1 <= len(pd.read_parquet(tmp_path / "out" / "runs.parquet")) < 100
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["interrupted"] is True
    left = server.admin.execute("select datname from pg_database where datname like %s", [scratch])
    assert left.fetchall() == []
