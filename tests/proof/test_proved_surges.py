"""Surges whose tables lose what was acknowledged: the exit code, the headline and `prove` say so."""

import json
import re
from contextlib import suppress

import pytest
from psycopg.errors import DeadlockDetected
from psycopg.sql import SQL, Identifier

from booking_sim import load, prove, surge
from booking_sim.proof.rules import verdict

KINDS = "{fan = {pays = 0.5, fails = 0.3}}"
SURGE = (
    "surge",
    "--tickets",
    30,
    "--buyers",
    60,
    "--connections",
    4,
    "--kinds",
    KINDS,
    "--out",
    "kept",
    "--depth-every",
    0,
)

LOSES_SALES = """
create function public.lose() returns trigger language plpgsql as $$
begin
    -- One sale in five is answered and not made.
    return case when new.id % 5 = 0 and new.status = 'confirmed' then old else new end;
end $$;
create trigger zz_lose before update on booking.booking_intents for each row execute function public.lose()
"""


def test_a_run_that_is_right_is_proved(database):
    kinds = "{fan = {pays = 0.5, fails = 0.3}, bot = {at_once = 3, pays = 0.5}}"
    result = surge(tickets=60, buyers=60, connections=4, kinds=kinds, url=database, progress=False)
    assert result.attempts["session"].max() == 2
    assert verdict(result.proof) == "holds"
    assert result.proof["judged"].sum() > 60
    assert prove(result).equals(result.proof)
    assert result.ok


def test_lost_sales_are_detected(run, conn, tmp_path):
    conn.execute(LOSES_SALES)
    status, out, _ = run(*SURGE)
    assert status == 1
    assert "nswers and tables contradict each other" in out.splitlines()[0]
    assert "Each sale that a buyer got as an answer is in the tables" in out
    assert load(tmp_path / "kept").proof.set_index("name").loc["sales_kept", "violations"] > 0
    status, out, _ = run("prove", "kept", "--timeline", "first.png")
    assert status == 1
    assert re.search(r"buyer \d+ +confirm: confirmed, intent \d+\n +[\d.]+ to +[\d.]+  |hold of \d+: open", out)
    assert (tmp_path / "first.png").read_bytes().startswith(b"\x89PNG")
    assert "the intent is not confirmed" in out
    status, out, _ = run("prove", "kept", "--json")
    assert (status, json.loads(out)["verdict"]) == (1, "violated")


EMPTIED = "set session_replication_role = replica; truncate booking.booking_intents, booking.request_keys"


def truncate_by_force(conn):
    """Again after a deadlock: it locks the tables in another order than buyers do."""
    while True:
        with suppress(DeadlockDetected):
            conn.execute(
                "set session_replication_role = replica; truncate booking.booking_intents, booking.request_keys"
            )
            return


def test_emptied_tables_are_detected(run, conn, first_hold, start, tmp_path):
    process = start(*SURGE[:4], 3000, *SURGE[5:])
    first_hold()
    truncate_by_force(conn)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the audit fails" in out or "contradict" in out.splitlines()[0]
    proof = load(tmp_path / "kept").proof.set_index("name")
    assert proof.loc["holds_kept", "violations"] > 0


@pytest.mark.parametrize("setting", ["on", "off"])
def test_a_server_that_acknowledges_early_is_named(run, conn, database, setting):
    conn.execute(SQL("alter database {} set synchronous_commit = {}").format(Identifier(conn.info.dbname), setting))
    _, out, _ = run(*SURGE)
    assert ("before data was durable (synchronous_commit=off)" in out) is (setting == "off")
