"""What tests of the bench share: what it left on the server, and a strategy that is slow."""

import pytest


@pytest.fixture
def scratches(server):
    """The scratch databases that a process has on the server, and what is connected to them."""

    def look(pid):
        query = "select count(*) from pg_database where starts_with(datname, %s)"
        return server.admin.execute(query, [f"booking_sim_scratch_{pid}_"]).fetchone()[0]

    return look


@pytest.fixture
def slow(tmp_path):
    """The path of a strategy that thinks for 30 ms before it takes the lowest ticket."""
    path = tmp_path / "slow.sql"
    path.write_text("""-- Slow
create or replace function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$ begin
    perform pg_sleep(0.03);
    return array(
        select t.ticket_no from booking.tickets as t where t.event_id = claim.event_id and t.status = 'available'
        order by t.ticket_no limit claim.quantity for update skip locked);
end $$;
""")
    return path
