"""`booking-sim bench` as a person and a program use it: what it prints, what it keeps, what it leaves."""

import json
import os
import signal

import pandas as pd
import psutil
import pytest
from program import SECONDS

from booking_sim.bench import bench, situations
from booking_sim.errors import BookingSimError

COLUMNS = ["phase", "situation", "clients", "round", "floor_per_s", "per_s", "share", "goal"]


def test_a_phase_is_measured_printed_and_kept(run, scratches, tmp_path):
    status, out, err = run(
        "bench", "--quick", "--phase", "fresh", "--phase", "sold_out", "--clients", 4, "--rounds", 2, "--out", "out"
    )
    assert (status, err) == (0, "")
    head, fresh, sold_out, _, headline, kept, *_ = [*out.splitlines(), ""]
    assert head.split() == ["situation", "clients", "share", "spread", "goal", "floor/s", "this/s"]
    assert fresh.startswith("fresh ")
    assert sold_out.startswith("sold out ")
    assert "of 2 goals reached" in headline
    assert kept == "Kept in out."
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "rounds.parquet", "shares.png"]
    rounds = pd.read_parquet(folder / "rounds.parquet")
    assert list(rounds.columns) == COLUMNS
    assert list(rounds["round"]) == [1, 2, 1, 2]
    assert (rounds["share"] == rounds["per_s"] / rounds["floor_per_s"]).all()
    assert rounds["share"].between(0.05, 20).all()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["strategy"] == "default"
    assert [row["situation"] for row in manifest["table"]] == ["fresh", "sold out"]
    assert scratches(os.getpid()) == 0


def test_a_strategy_of_ones_own_below_its_goal(run, slow):
    status, out, err = run(
        "bench", "--strategy", slow, "--phase", "fresh", "--clients", 2, "--rounds", 1, "--seconds", 1
    )
    assert (status, err) == (1, "")
    assert "below" in out.splitlines()[1]
    assert "slow: 0 of 1 goals reached" in out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_bench_that_is_interrupted(server, start, scratches, tmp_path, number):
    process = start("bench", "--quick", "--phase", "fresh", "--seconds", 600)
    parent = psutil.Process(process.pid)
    while not (pgbenches := [child for child in parent.children() if child.name() == "pgbench"]):
        assert process.poll() is None
        server.admin.execute("select pg_sleep(0.01)")
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "", "\n")
    assert not any(child.is_running() for child in pgbenches)
    assert scratches(process.pid) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
    assert not [*(tmp_path / "results").iterdir()]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--phase", "sometimes"], "There is no phase 'sometimes': choose from fresh, half, last,"),
        (["--clients", 100_000], "clients=100000 is more than the server has left"),
        (["--out", "/dev/null/out"], "Cannot write to '/dev/null/out'"),
    ],
)
def test_bad_input_gets_one_line_and_status_2(run, options, words, tmp_path):
    status, out, err = run("bench", *options)
    assert (status, out) == (2, "")
    assert err.startswith(f"booking-sim: {words}")
    assert err.count("\n") == 1
    assert [path for path in tmp_path.rglob("*") if path.name != "results"] == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rounds": 0}, "rounds=0 will not do: give a whole number from 1 on"),
        ({"seconds": -1}, "seconds=-1 will not do"),
        ({"strategy": "nosuch"}, "There is no strategy 'nosuch'"),
        ({"url": "postgresql://someone:secret@localhost:1/x"}, "No PostgreSQL answers at localhost:1"),
    ],
)
def test_bad_arguments(settings, words):
    with pytest.raises(BookingSimError, match=words):
        bench(situations(["fresh"]), **settings)


def test_a_strategy_that_fails_under_load_is_told_of(run, slow, scratches):
    """Alone it works: only those who are called user are let down."""
    slow.write_text(f"""{slow.read_text()}
create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'let down'; end $$;
create trigger fail before insert on booking.booking_intents for each row
    when (new.user_id like 'user%' and new.event_id % 2 = 0) execute function public.fail();
""")
    status, out, err = run("bench", "--strategy", slow, "--quick", "--phase", "fresh", "--clients", 2)
    assert (status, out) == (2, "")
    assert err.startswith("booking-sim: pgbench failed: ")
    assert "let down" in err
    assert err.count("\n") == 1
    assert scratches(os.getpid()) == 0
