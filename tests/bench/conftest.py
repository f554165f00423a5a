"""What tests of the bench share: a slow strategy, and systems whose cost is known."""

import pytest

from booking_sim.bench.contestants import Folder
from booking_sim.queries import load, names


@pytest.fixture
def slow(tmp_path):
    """The path of a strategy that sleeps for 30 ms before it takes the lowest ticket."""
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


@pytest.fixture
def lean(tmp_path):
    """Make a system of the lean baseline's tables, with a script and files of its own."""

    def make(name, script, **files):
        folder = tmp_path / "systems" / name
        folder.mkdir(parents=True)
        texts = {text: load(f"lean/{text}") for text in names("lean")}
        for file, text in (texts | {"reserve": script} | files).items():
            (folder / f"{file}.sql").write_text(text)
        return Folder(name, folder)

    return make


@pytest.fixture
def costing(lean):
    """Make a system in which a number of every ten calls makes the baseline's call a second time."""

    def make(of_ten):
        return lean(
            f"costs 1.{of_ten}",
            f"""-- A call of pgbench.
\\set no :first + :client_id + :clients * (:number - 1) + 1
select lean.hold(:event, :no, 'user' || :client_id);
\\if :number % 10 < {of_ten}
\\set no :no + :tickets / 2
select lean.hold(:event, :no, 'user' || :client_id);
\\endif
""",
            # The second call of a script takes from the other half: that does not count as a further answer.
            held="select count(*) from lean.tickets where held_by is not null and ticket_no <= ("
            "select count(*) / 2 from lean.tickets)",
        )

    return make
