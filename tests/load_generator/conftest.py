"""What tests of the surge share: the moment when it is under way."""

import pytest
from program import SECONDS

from booking_sim.database import connect


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
