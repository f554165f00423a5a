"""What tests of the observer share: one that watches a database, and somebody who waits in it."""

import threading
from contextlib import contextmanager

import pytest
from program import children

from booking_sim.database import connect
from booking_sim.observer.messages import Watch
from booking_sim.observer.probe import Probe


@pytest.fixture
def probe(database):
    """What an observer of events 1 and 2 sees."""
    eyes = Probe(Watch(database, "booking_sim observer test", (1, 2)))
    yield eyes
    eyes.close()


@pytest.fixture
def alone(conn):
    """As if nobody else used the server: the tests beside this one do."""
    conn.execute("""
        set allow_system_table_mods = on;
        alter view pg_stat_activity rename to of_everybody;
        create view pg_catalog.pg_stat_activity as select * from of_everybody where datname = current_database()
    """)


@pytest.fixture
def blocked(database, conn):
    """Two clients while inside: one has locked all tickets, the other waits for it. Gives their processes."""

    @contextmanager
    def block():
        with connect(database) as first, connect(database) as second:
            ours = first.info.backend_pid, second.info.backend_pid
            with first.transaction():
                first.execute("select from booking.tickets for update")
                waiter = threading.Thread(target=second.execute, args=["select from booking.tickets for update"])
                waiter.start()
                waits = "select %s = any (pg_blocking_pids(%s)), pg_sleep(0.01)"
                while not conn.execute(waits, ours).fetchone()[0]:
                    pass
                yield ours
            waiter.join()

    return block


@pytest.fixture
def observers():
    """The observers that a process has started."""

    def of_process(parent):
        return children(parent, "booking_sim.observer.watcher")

    return of_process
