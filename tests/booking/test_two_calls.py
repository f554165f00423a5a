"""Transactions of two calls on the same holds, in every order of their calls: somebody may wait, nobody deadlocks.

Two transactions that each end two holds, in opposite orders, must wait for each other: nothing but one order can help
them. So each ends one hold here, and makes any other call before or after.
"""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from datetime import timedelta
from itertools import product
from typing import NamedTuple

import pytest
from inventory import violations

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect

pytestmark = pytest.mark.core


class Session:
    """A connection with a thread that works through what it is given, and waits where it must."""

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
    "reserve": lambda hold: (reserve, hold.event_id, "bob"),
    "confirm": lambda hold: (confirm, hold.intent_id, "ann"),
    "release": lambda hold: (release, hold.intent_id, "ann"),
    "expire_holds": lambda hold: (expire_holds, hold.event_id),
}
LASTS = [timedelta(minutes=5), timedelta(microseconds=1)]
ORDERS = [(0, 1, 0, 1), (0, 1, 1, 0)]  # of the sessions; one after the other is no news, and either can be the first


class Hold(NamedTuple):
    event_id: int
    intent_id: int


@pytest.mark.parametrize("second", CALLS)
@pytest.mark.parametrize("first", CALLS)
def test_two_calls_in_any_order_never_deadlock(conn, sessions, first, second):
    for lasts, other, order in product(LASTS, [(first, second), (second, first)], ORDERS):
        event_id = create_event(conn, "on sale", 3)
        hold = Hold(event_id, reserve(conn, event_id, "ann", 2, hold_for=lasts).intent_id)
        to_do = [[first, second], list(other)]
        steps = []
        for number in order:
            session = sessions[number]
            call, *arguments = CALLS[to_do[number].pop(0)](hold)
            steps.append(session.do(conn, call, session.connection, *arguments))
            if not to_do[number]:
                steps.append(session.do(conn, session.connection.commit))
        for step in steps:
            step.result(timeout=60)
        assert violations(conn) == []
