"""A client that has done all five calls in an open transaction, says so, and then waits to be killed."""

import sys
from datetime import timedelta

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect

url, event_id, to_confirm, to_release = sys.argv[1], *map(int, sys.argv[2:])
with connect(url) as connection:
    connection.execute("select pg_advisory_lock(1)")  # whoever gets it next knows that this session is over
    with connection.transaction():
        answers = [
            create_event(connection, "never seen", 10) > 0,
            confirm(connection, to_confirm, "ann"),
            release(connection, to_release, "bob"),
            expire_holds(connection),
            reserve(connection, event_id, "eve", 3, hold_for=timedelta(days=1)).outcome,
        ]
        sys.stdout.write(" ".join(map(str, answers)) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
