"""What tests of the load generator share: a worker without its process, on a network that can fail."""

import attrs
import pytest
from stage import Stage, assign

from booking_sim.booking import create_event
from booking_sim.drills.proxy import Proxy
from booking_sim.scenario.kinds import BuyerKind


@pytest.fixture
def event_id(conn):
    return create_event(conn, "concert", 1)


@pytest.fixture
def stage(database, event_id):
    """Open a stage with one connection for one buyer, or as the arguments of `assign` and the kind's parameters say."""
    opened = []

    def make(*, event=event_id, url=database, **settings):
        of_kind = settings.keys() & {field.name for field in attrs.fields(BuyerKind)}
        kind = {name: settings.pop(name) for name in of_kind}
        opened.append(Stage(assign(url, event, kind=kind, **settings)))
        return opened[-1]

    yield make
    for stage in opened:
        stage.dispatcher.close()
        stage.loop.close()


@pytest.fixture
def wire(database):
    """A way to the database that can be cut."""
    with Proxy(database) as wire:
        yield wire
