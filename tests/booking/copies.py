"""Ways to copy a booking database into another one, and what both must then answer."""

import subprocess

from psycopg import IsolationLevel

from booking_sim.booking import reserve
from booking_sim.database import connect
from booking_sim.database.embedded import BIN_DIR
from booking_sim.database.migrations import migrate
from booking_sim.models import Outcome

TABLES = (
    "events",
    "tickets",
    "booking_intents",
    "request_keys",
    "claimed_blocks",
    "ticket_returns",
    "stock_checks",
)
IDENTITY = """
    select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
    where attrelid = %s::regclass and attnum > 0
"""


def run(program, *arguments):
    """Run a program of PostgreSQL's; what it says on stderr is the error."""
    done = subprocess.run([BIN_DIR / program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def dumped(source, target, folder):
    """Dump all and restore all."""
    run("pg_dump", "--format=custom", f"--file={folder / 'all'}", f"--dbname={source}")
    run("pg_restore", "--exit-on-error", f"--dbname={target}", folder / "all")


def data_only(source, target, folder):
    """Restore the data into a database that was migrated."""
    migrate(target)
    run(
        "pg_dump",
        "--format=custom",
        "--data-only",
        "--schema=booking",
        f"--file={folder / 'data'}",
        f"--dbname={source}",
    )
    run("pg_restore", "--exit-on-error", "--data-only", f"--dbname={target}", folder / "data")


def copied_by_rows(source, target, folder):
    """Copy each table's rows, all of one snapshot, into a database that was migrated: the sequences stay where
    they were."""
    migrate(target)
    with connect(source, autocommit=False) as old, connect(target) as new:
        old.isolation_level = IsolationLevel.REPEATABLE_READ
        for table in TABLES:
            copy_table(old, new, table)
        old.rollback()


def copy_table(old, new, table):
    with (
        old.cursor().copy(f"copy booking.{table} to stdout") as rows,
        new.cursor().copy(f"copy booking.{table} from stdin") as into,
    ):
        for row in rows:
            into.write(row)


WAYS = [dumped, data_only, copied_by_rows]

LEFT = """
    select e.id, (
        select count(*) from booking.tickets as t
        where t.event_id = e.id
            and (t.status = 'available' or t.status = 'held' and t.hold_expires_at <= clock_timestamp())
    ) from booking.events as e order by e.id
"""


def answers(connection):
    """Sell what is left of every event, one by one; return for each event what was left, and how many could be had."""
    found = {}
    for event_id, left in connection.execute(LEFT).fetchall():
        had = 0
        for _ in range(3 * left + 5):
            outcome = reserve(connection, event_id, "after").outcome
            had += outcome is Outcome.HELD
            if outcome is Outcome.SOLD_OUT:
                break
        refused = {reserve(connection, event_id, "after", request_key=key).outcome for key in (None, "new")}
        assert refused == {Outcome.SOLD_OUT}
        found[event_id] = (left, had)
    return found


def truthful(found):
    """Whether every event could be sold to its last ticket, and not a ticket more."""
    return found != {} and all(left == had for left, had in found.values())
