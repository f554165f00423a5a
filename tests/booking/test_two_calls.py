"""Transactions of two calls on the same holds, in every order of their calls: somebody may wait, nobody deadlocks.

Two transactions that each end two holds, in opposite orders, must wait for each other: nothing but one order can help
them. So each ends one hold here, and makes any other call before or after.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import timedelta
from itertools import combinations, combinations_with_replacement, product

import pytest
from inventory import violations

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect

pytestmark = pytest.mark.core

OVERDUE = timedelta(microseconds=1)


class Session:
    """A connection with a thread that works through what it is told, and waits where it must."""

    def __init__(self, stack, url):
        self.connection = stack.enter_context(connect(url, autocommit=False))
        self.connection.execute("set deadlock_timeout = '20ms'")
        self.connection.commit()
        self.thread = stack.enter_context(ThreadPoolExecutor(1))
        self.pid = self.connection.info.backend_pid

    def do(self, watcher, call, *args):
        """Begin a step; return it once it is done or waits for a lock."""
        step = self.thread.submit(call, *args)
        while not wait([step], timeout=0.002).done:
            if watcher.execute("select cardinality(pg_blocking_pids(%s)) > 0", [self.pid]).fetchone()[0]:
                break
        return step


@pytest.fixture
def sessions(database):
    with ExitStack() as stack:
        yield [Session(stack, database), Session(stack, database)]


CALLS = {
    "create_event": lambda connection, event_id, hold: create_event(connection, "another", 1),
    "reserve": lambda connection, event_id, hold: reserve(connection, event_id, "bob"),
    "confirm": lambda connection, event_id, hold: confirm(connection, hold.intent_id, "ann"),
    "release": lambda connection, event_id, hold: release(connection, hold.intent_id, "ann"),
    "expire_holds": lambda connection, event_id, hold: expire_holds(connection, event_id),
}
PAIRS = list(product(CALLS, repeat=2))
ORDERS = ["".join("1" if place in first else "2" for place in range(4)) for first in combinations(range(4), 2)]
