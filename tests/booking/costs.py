"""What a call costs that noise does not change: rows that it visits, pages that it reads, row locks that it leaves."""

import json
import os
from contextlib import suppress
from pathlib import Path
from time import perf_counter

# Entries that indexes returned and rows that were read without one, dead ones too, and those of tries that were undone.
VISITED = """
    select sum(pg_stat_get_xact_tuples_returned(c.oid))::bigint from pg_class as c
    where c.relnamespace = 'booking'::regnamespace and c.relkind in ('r', 'i')
"""
UPDATES = """
    select pg_stat_get_xact_tuples_updated('booking.tickets'::regclass),
        pg_stat_get_xact_tuples_hot_updated('booking.tickets'::regclass)
"""


def rows_visited(conn, call, *args, **kwargs):
    """Make a call in a transaction; return its answer, and the number of rows that it visited in all tables."""
    with conn.transaction():
        (before,) = conn.execute(VISITED).fetchone()
        answer = call(conn, *args, **kwargs)
        (after,) = conn.execute(VISITED).fetchone()
    return answer, after - before


def ticket_updates(conn, call, *args):
    """Make a call in the caller's transaction; return its answer, how many tickets it updated, and how many HOT."""
    before = conn.execute(UPDATES).fetchone()
    answer = call(conn, *args)
    after = conn.execute(UPDATES).fetchone()
    return answer, {"all": after[0] - before[0], "HOT": after[1] - before[1]}


def explained(conn, event_id, quantity=1):
    """Reserve under EXPLAIN; return the pages that were read, and the milliseconds."""
    query = "explain (analyze, buffers, timing off, format json) select * from booking.reserve(%s, 'explained', %s)"
    (plans,) = conn.cursor(row_factory=None).execute(query, [event_id, quantity]).fetchone()
    plan = plans[0] if isinstance(plans, list) else json.loads(plans)[0]
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"], plan["Execution Time"]


def pages_read(conn, event_id, quantity=1):
    """Return the pages that one reserve reads, the least of three: the first after a change may mark dead entries."""
    return min(explained(conn, event_id, quantity)[0] for _ in range(3))


def seconds_of(conn, call, *args, **kwargs):
    """Make a call; return its answer, and the seconds it took, without those in which client or server had no CPU."""
    pids = [conn.info.backend_pid, os.getpid()]
    began = perf_counter() - waited_for_cpu(pids)
    answer = call(conn, *args, **kwargs)
    return answer, perf_counter() - waited_for_cpu(pids) - began


def waited_for_cpu(pids):
    """Return the seconds that processes of this machine have waited for a CPU, where the system says so: on Linux."""
    waited_ns = 0
    with suppress(OSError):
        for pid in pids:
            waited_ns += int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1])
    return waited_ns / 1e9


LOCKED = """
    select count(*) - (select count(*) from (select from booking.{table} for update skip locked) as free)
    from booking.{table}
"""


def locked_rows(conn):
    """Return how many rows of tickets, intents and events are locked or changed by open transactions of others."""
    with conn.transaction(force_rollback=True):
        return {
            table: conn.execute(LOCKED.format(table=table)).fetchone()[0]
            for table in ("tickets", "booking_intents", "events")
        }


NOTHING_LOCKED = {"tickets": 0, "booking_intents": 0, "events": 0}

LOCKS_OF = """
    select locktype, coalesce(relation::regclass::text, '') from pg_locks
    where pid = %s and (locktype, virtualxid is not distinct from virtualtransaction) <> ('virtualxid', true)
"""


def locks_of(conn, pid):
    """Return all locks that the session of another backend holds or waits for."""
    return conn.execute(LOCKS_OF, [pid]).fetchall()
