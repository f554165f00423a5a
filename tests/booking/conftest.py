"""Sessions that stand in each other's way: a rival, and calls that run in the background until they wait for a lock."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from booking_sim.database import connect


@dataclass(frozen=True)
class BackgroundCall:
    """A call on a connection of its own, in a thread."""

    pid: int
    future: Future

    def result(self):
        return self.future.result(timeout=60)

    def is_waiting(self):
        return not self.future.done()


@pytest.fixture
def rival(database):
    """A second autocommit connection to the test's database."""
    with connect(database) as connection:
        yield connection


@pytest.fixture
def start_call(database):
    """Begin a call in the background, on a connection of its own; return it at once."""
    with ExitStack() as stack:

        def start(call, *args, **kwargs):
            connection = stack.enter_context(connect(database))
            thread = stack.enter_context(ThreadPoolExecutor(1))
            return BackgroundCall(connection.info.backend_pid, thread.submit(call, connection, *args, **kwargs))

        yield start


@pytest.fixture
def begin(conn, start_call):
    """Begin a call in the background; return it as soon as it waits for a lock, or has its answer."""

    def begin_call(call, *args, **kwargs):
        begun = start_call(call, *args, **kwargs)
        while not conn.execute("select cardinality(pg_blocking_pids(%s)) > 0", [begun.pid]).fetchone()[0]:
            if wait([begun.future], timeout=0.01).done:
                break
        return begun

    return begin_call
