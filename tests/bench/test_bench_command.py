"""`booking-sim bench` as a person and a program use it: what it prints, what it keeps, what it leaves."""

import json
import os
import signal

import pandas as pd
import pytest
from program import SECONDS, children

from booking_sim.bench import bench, find_systems
from booking_sim.errors import BookingSimError

COLUMNS = [
    *("phase", "situation", "clients", "round", "turn", "side"),
    *("per_s", "cpu_us", "wal_bytes", "full_page_bytes", "record_bytes", "buffers", "statements", "served"),
]
SMALL = ("--quick", "--clients", 4)


def test_a_phase_is_measured_printed_and_kept(run, server, tmp_path):
    phases = ("--phase", "fresh", "--phase", "sold_out")
    status, out, err = run("bench", *SMALL, *phases, "--rounds", 2, "--seconds", 0.2, "--out", "out")
    assert (status, err) == (0, "")
    head, *rows, _, headline, kept = out.splitlines()
    assert head.split() == [
        *("situation", "clients", "metric", "side", "beside", "ratio", "interval", "goal", "this", "other")
    ]
    assert rows[0].startswith("fresh ")
    assert rows[-1].startswith("sold out ")
    assert "goals reached" in headline
    assert kept == "Kept in out."
    folder = tmp_path / "out"
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "ratios.png", "rounds.parquet"]
    rounds = pd.read_parquet(folder / "rounds.parquet")
    assert list(rounds.columns) == COLUMNS
    sides = ["lean baseline", "plain SKIP LOCKED", "bare random start", "default", "default, old snapshot"]
    assert list(rounds["side"][:10]) == [*sides, *reversed(sides)]
    # A call that was under way when its turn ended may be held and not counted.
    assert ((rounds["served"] > 0.5) == (rounds["phase"] == "fresh"))[rounds["side"] != "one-row read"].all()
    assert (rounds["per_s"] > 0).all()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["strategy"] == "default"
    assert {row["situation"] for row in manifest["table"]} == {"fresh", "sold out"}
    assert server.scratches(os.getpid()) == []


@pytest.mark.parametrize("phase", ["half", "last", "expired", "returned", "events", "window", "many_events", "cycles"])
def test_every_phase_can_be_brought_about(run, phase, tmp_path):
    status, out, err = run("bench", *SMALL, "--phase", phase, "--seconds", 0.2, "--out", "out")
    assert (status, err) == (0, "")
    rounds = pd.read_parquet(tmp_path / "out" / "rounds.parquet")
    assert set(rounds["phase"]) == {phase}
    assert (rounds["served"].dropna() > 0.9).all()
    assert "not measured" not in out


def test_the_cost_of_creating_an_event_is_reported_per_ticket(run, tmp_path):
    run("bench", *SMALL, "--phase", "create", "--out", "out")
    small, large = pd.read_parquet(tmp_path / "out" / "rounds.parquet")["record_bytes"]
    assert 50 < small < 1000
    assert large == pytest.approx(small, rel=0.3)


def test_a_strategy_from_a_file_that_misses_its_goals(run, slow):
    status, out, err = run(
        "bench", "--strategy", slow, "--phase", "fresh", "--clients", 2, "--rounds", 1, "--seconds", 0.3
    )
    assert (status, err) == (1, "")
    first = out.splitlines()[1]
    assert "calls/s" in first
    assert "missed" in first
    assert "slow: " in out


SYSTEM = {
    "schema": """create schema tiny;
create table tiny.seats (no int primary key, owner text);
""",
    "sale": """insert into tiny.seats (no) select n from generate_series(1, %(tickets)s) as n;
""",
    "state_sold": "update tiny.seats set owner = 'buyer' where no %% 1 = 0 and no <= %(sold)s",
    "held": "select count(*) from tiny.seats where owner is not null",
    "reserve": """begin;
select coalesce(min(no), 0) as seat from (
    select no from tiny.seats where owner is null limit 1 for update skip locked) as free \\gset
update tiny.seats set owner = 'user' || :client_id where no = :seat;
commit;
""",
}


@pytest.fixture
def system(tmp_path):
    """The folder of a system with four round trips."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    for name, text in SYSTEM.items():
        (folder / f"{name}.sql").write_text(f"-- {name}\n{text}")
    return folder


def test_complete_systems_beside_the_default(run, system, tmp_path, server):
    status, out, err = run("bench", *SMALL, "--seconds", 0.2, "--systems", system, "--out", "out")
    assert (status, err) == (0, "")
    rounds = pd.read_parquet(tmp_path / "out" / "rounds.parquet")
    assert list(rounds["phase"].unique()) == ["fresh", "half", "last", "sold_out"]
    assert set(rounds["side"]) == {"tiny", "default"}
    statements = rounds[rounds["side"] == "tiny"].set_index("phase")["statements"]
    assert statements["fresh"] == 2
    assert "tiny" in out
    assert server.scratches(os.getpid()) == []


def test_all_systems_are_those_of_the_data_folder_and_the_two_bare_functions(run, tmp_path):
    status, _, err = run("bench", *SMALL, "--seconds", 0.2, "--phase", "fresh", "--systems", "--out", "out")
    assert (status, err) == (0, "")
    assert {"plain SKIP LOCKED", "bare random start"} <= set(pd.read_parquet(tmp_path / "out/rounds.parquet")["side"])


def test_a_system_with_a_mistake_in_it(run, system):
    (system / "sale.sql").write_text("insert into tiny.sets select %(tickets)s")
    status, out, err = run("bench", *SMALL, "--phase", "fresh", "--systems", system)
    assert (status, out) == (2, "")
    assert err.startswith(f"booking-sim: '{system}/sale.sql' failed: ")
    assert err.count("\n") == 1


def test_a_system_without_a_file_that_it_needs(run, system):
    (system / "held.sql").unlink()
    status, out, err = run("bench", *SMALL, "--phase", "fresh", "--systems", system)
    assert (status, out) == (2, "")
    assert err == f"booking-sim: Cannot read '{system}/held.sql': No such file or directory. A system needs it.\n"


def test_a_state_that_fails_ends_its_phase_and_not_the_bench(server, system):
    (system / "state_sold.sql").write_text("update tiny.sets set owner = 'buyer'")
    result = bench(
        phases=["fresh", "half"],
        systems=find_systems((str(system),)),
        clients=2,
        quick=True,
        seconds=0.2,
        url=server.url,
    )
    assert set(result.rounds["phase"]) == {"fresh"}
    [note] = result.manifest.notes
    assert note.startswith(f"half sold: '{system}/state_sold.sql' failed: ")
    table = result.table().set_index(["phase", "metric"])
    assert table.loc[("half", "per_s"), "reached"] is pd.NA
    assert "1 not measured" in result.headline
    assert not result.ok
    result.chart()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_of_a_bench_that_is_interrupted(server, start, tmp_path, number):
    process = start("bench", "--quick", "--phase", "sold_out", "--seconds", 600)
    while not (pgbenches := children(process.pid, "pgbench")):
        assert process.poll() is None, process.communicate()
        server.admin.execute("select pg_sleep(0.01)")
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out, err) == (130, "", "\n")
    assert not any(child.is_running() for child in pgbenches)
    assert server.scratches(process.pid) == []
    assert [path.name for path in tmp_path.iterdir()] == ["results"]
    assert not [*(tmp_path / "results").iterdir()]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--phase", "sometimes"], "Phase 'sometimes' is unknown: choose from fresh, half, last,"),
        (["--clients", 100_000], "clients=100000 is more than the server has left"),
        (["--clients", 250, "--quick", "--phase", "last"], "clients=250 is too many for the tickets that are left"),
        (["--systems", "nosuch"], "System 'nosuch' is unknown: "),
        (
            ["--systems", "--phase", "inventory"],
            "Systems are compared in fresh, half, last, sold_out, expired, returned: choose from these.",
        ),
        (
            ["--systems", "plain_transaction", "--phase", "expired"],
            "None of these systems can be brought to these phases",
        ),
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
        ({"rounds": 0}, "rounds=0 is out of range: give a whole number from 1 on"),
        ({"seconds": -1}, "seconds=-1 is out of range"),
        ({"strategy": "nosuch"}, "Strategy 'nosuch' is unknown"),
        ({"url": "postgresql://someone:secret@localhost:1/x"}, "No PostgreSQL answers at localhost:1"),
    ],
)
def test_bad_arguments(settings, words):
    with pytest.raises(BookingSimError, match=words):
        bench(phases=["fresh"], **settings)


def test_a_strategy_that_fails_under_load_is_reported(run, slow, server):
    """While tickets are put on sale it works: the calls under load fail."""
    slow.write_text(f"""{slow.read_text()}
create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'let down'; end $$;
create trigger fail before insert on booking.booking_intents for each row
    when (new.user_id like 'user%') execute function public.fail();
""")
    status, out, err = run("bench", "--strategy", slow, *SMALL, "--phase", "fresh")
    assert (status, out) == (2, "")
    assert err.startswith("booking-sim: pgbench failed: ")
    assert "let down" in err
    assert err.count("\n") == 1
    assert server.scratches(os.getpid()) == []
