"""What tests of the load generator share: a worker without its process, and the moment when a surge is under way."""

import pytest
from program import SECONDS
from stage import Stage, assign
from wire import Wire

from booking_sim.booking import create_event
from booking_sim.database import connect
from booking_sim.scenario.kinds import Kind


@pytest.fixture
def first_hold(conn, database):
    """Wait until the first hold is committed: the surge is under way."""
    conn.execute("""
        create function public.tell() returns trigger language plpgsql as
            $$ begin perform pg_notify('held', ''); return null; end $$;
        create trigger tell after insert on booking.booking_intents for each row execute function public.tell()
    """)
    with connect(database) as listener:
        listener.execute("listen held")

        def wait():
            assert list(listener.notifies(timeout=SECONDS, stop_after=1)), "nobody held a ticket"

        yield wait


@pytest.fixture
def event_id(conn):
    return create_event(conn, "concert", 1)


@pytest.fixture
def stage(database, event_id):
    """Open a stage with one connection for one buyer, or as the arguments of `assign` and the kind's parameters say."""
    opened = []

    def make(*, event=event_id, url=database, **settings):
        kind = {name: settings.pop(name) for name in Kind.__dataclass_fields__.keys() & settings.keys()}
        opened.append(Stage(assign(url, event, kind=kind, **settings)))
        return opened[-1]

    yield make
    for stage in opened:
        stage.dispatcher.close()
        stage.loop.close()


@pytest.fixture
def wire(database):
    """A way to the database that can be cut."""
    with Wire(database) as wire:
        yield wire
