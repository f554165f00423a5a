"""Each foreign system sells its tickets as its folder says: the count, the states, the round trips, the way back."""

import re
import subprocess
from collections import Counter

import psycopg
import pytest

from booking_sim.bench.contestants import Folder, Sale
from booking_sim.database import connect
from booking_sim.database.embedded import BIN_DIR
from booking_sim.resources import DATA

SYSTEMS = DATA / "systems"
NAMES = sorted(folder.name for folder in SYSTEMS.iterdir() if folder.is_dir())
OVERSELL = {"tigerfans"}  # by their own design
OVERDUE = {  # a hold past its deadline waits for their job: this makes every hold such a one
    "alf_io": "update alf_io.tickets_reservation set validity = now() - interval '11 minutes'",
    "plain_transaction": """update plain_transaction.intents set expires_at = now() - interval '1 minute';
        update plain_transaction.tickets set hold_expires_at = now() - interval '1 minute'""",
}
PROMISED = {  # who got a ticket as an answer, where an inventory of tickets shows one holder of each
    "alf_io": "select count(*) from alf_io.tickets_reservation where status = 'PENDING'",
    "bn_api": "select count(*) from bn_api.order_items where created_at > now() - interval '1 day'",
    "plain_transaction": "select count(*) from plain_transaction.intents where status = 'pending'",
}
TICKETS = 50


class System:
    """One system in a database of the test's own."""

    def __init__(self, name, url, connection):
        self.folder = SYSTEMS / name
        self.url = url
        self.connection = connection
        self.run("schema")

    def run(self, file, **parameters):
        text = (self.folder / f"{file}.sql").read_text(encoding="utf-8")
        psycopg.ClientCursor(self.connection).execute(text, parameters or None)

    def pgbench(self, file, calls=1, clients=1, **variables):
        """Make calls; the statements that the server executed for them."""
        command = [BIN_DIR / "pgbench", "-n", "-M", "prepared", "-f", self.folder / f"{file}.sql"]
        options = [f"-c{clients}", f"-t{calls}", *(f"-D{name}={value}" for name, value in variables.items())]
        logged = psycopg.conninfo.make_conninfo(self.url, options="-c log_statement=all -c client_min_messages=log")
        done = subprocess.run([*command, *options, logged], capture_output=True, text=True, check=False)
        assert done.returncode == 0, [line for line in done.stderr.splitlines() if not line.startswith("LOG")]
        return len(re.findall(r"^LOG:  (?:execute P|statement: (?!PREPARE))", done.stderr, re.MULTILINE))

    def inventory(self):
        """Ticket, status, holder, deadline."""
        return self.connection.execute((self.folder / "inventory.sql").read_text(encoding="utf-8")).fetchall()

    def count(self):
        return dict(Counter(status for _, status, _, _ in self.inventory()))

    def holders(self):
        return [holder for _, status, holder, _ in self.inventory() if status == "held"]

    def sell_out(self):
        for _ in range(20):
            self.pgbench("reserve", calls=3, clients=8)
            if not self.count().get("available"):
                return
        pytest.fail(f"{self.count()} after 480 calls")


@pytest.fixture(params=NAMES)
def system(request, empty_database):
    with connect(empty_database) as connection:
        system = System(request.param, empty_database, connection)
        system.run("sale", tickets=TICKETS)
        yield system


def test_many_buyers_get_the_tickets_that_there_are(system, record_property):
    assert system.count() == {"available": TICKETS}
    system.sell_out()
    system.pgbench("reserve", calls=3, clients=8)
    holders = system.holders()
    assert len(set(holders)) == len(holders)
    record_property("held", len(holders))
    if system.folder.name in OVERSELL:
        assert len(holders) >= TICKETS
    else:
        assert len(holders) == TICKETS
        assert len(system.inventory()) == TICKETS
    if system.folder.name in PROMISED:
        assert system.connection.execute(PROMISED[system.folder.name]).fetchone() == (TICKETS,)


def test_a_hold_becomes_a_sale_once(system):
    system.pgbench("reserve", calls=3)
    first, second, _ = system.holders()
    system.pgbench("confirm", intent=first)
    assert system.count() == {"sold": 1, "held": 2, "available": TICKETS - 3}
    for call in ("confirm", "release"):
        system.pgbench(call, intent=first)
        assert system.count() == {"sold": 1, "held": 2, "available": TICKETS - 3}
    assert second in system.holders()


def test_a_hold_given_back_is_there_for_the_next(system):
    system.pgbench("reserve", calls=3)
    first = system.holders()[0]
    system.pgbench("release", intent=first)
    if system.folder.name == "alf_io":  # released, but free only after its second job
        assert system.count() == {"held": 3, "available": TICKETS - 3}
        system.run("sweep")
    assert system.count() == {"held": 2, "available": TICKETS - 2}
    assert first not in system.holders()
    system.sell_out()
    assert system.count() == {"held": TICKETS} or system.folder.name in OVERSELL


def test_tickets_that_are_sold(system):
    system.run("state_sold", sold=TICKETS - 10)
    assert system.count() == {"sold": TICKETS - 10, "available": 10}
    system.sell_out()
    assert system.count()["sold"] == TICKETS - 10
    assert system.count()["held"] == 10 or system.folder.name in OVERSELL


def test_sold_out_is_an_answer_that_changes_nothing(system):
    system.run("state_sold", sold=TICKETS)
    before = system.inventory()
    system.pgbench("reserve", calls=3)
    assert system.inventory() == before
    assert {status for _, status, _, _ in before} == {"sold"}


def test_holds_past_their_deadline(system):
    if system.folder.name in OVERDUE:
        assert not (system.folder / "state_expired.sql").exists()
        system.sell_out()
        system.connection.execute(OVERDUE[system.folder.name])
        now = system.connection.execute("select now()").fetchone()[0]
        assert all(status == "held" and deadline < now for _, status, _, deadline in system.inventory())
        before = system.inventory()
        system.pgbench("reserve", calls=3)
        assert system.inventory() == before
        system.run("sweep")
    else:
        system.run("state_expired")
    assert system.count() == {"available": TICKETS}
    system.sell_out()
    assert system.count() == {"held": TICKETS} or system.folder.name in OVERSELL


def test_the_job_leaves_a_live_hold_alone(system):
    assert (system.folder / "sweep.sql").exists() == (system.folder.name in OVERDUE)
    if system.folder.name in OVERDUE:
        system.pgbench("reserve", calls=2)
        before = system.inventory()
        system.run("sweep")
        assert system.inventory() == before


def test_tickets_that_were_held_and_given_back(system):
    system.run("state_returned")
    assert system.count() == {"available": TICKETS}
    system.sell_out()
    assert system.count() == {"held": TICKETS} or system.folder.name in OVERSELL


def test_a_sale_begins_anew(system):
    for state, parameters in (("state_sold", {"sold": 20}), ("state_returned", {})):
        system.run(state, **parameters)
        system.pgbench("reserve", calls=2)
        system.run("sale", tickets=TICKETS // 2)
        assert system.count() == {"available": TICKETS // 2}


def test_the_round_trips_are_those_of_the_readme(system):
    table = (SYSTEMS / "README.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{system.folder.name}` \|[^|]*\| (\d+) \| (\d+) \|", table, re.MULTILINE)
    reserved, refused = map(int, row.groups())
    begun_with_the_first = (system.folder / "reserve.sql").read_text(encoding="utf-8").count("\\startpipeline")
    assert system.pgbench("reserve") - begun_with_the_first == reserved
    assert len(system.holders()) == 1
    system.run("sale", tickets=TICKETS)
    system.run("state_sold", sold=TICKETS)
    assert system.pgbench("reserve") - begun_with_the_first == refused


@pytest.mark.parametrize("state", ["fresh", "sold", "expired", "returned"])
def test_an_answer_with_a_ticket_counts_and_a_refusal_does_not(system, state):
    contestant = Folder(system.folder.name, system.folder)
    if state not in contestant.states:
        return
    contestant.bring(system.connection, Sale(1, 1, TICKETS), state, TICKETS - 10)
    left = system.count()["available"]
    before = contestant.held(system.connection)
    system.pgbench("reserve", calls=3)
    assert contestant.held(system.connection) == before + 3
    system.pgbench("reserve", calls=left)
    assert contestant.held(system.connection) == before + left


@pytest.mark.parametrize("name", NAMES)
def test_each_file_says_first_what_it_is_and_the_schema_what_matters(name):
    files = {path.name: path.read_text(encoding="utf-8") for path in (SYSTEMS / name).iterdir()}
    needed = ("schema", "sale", "held", "reserve", "confirm", "release", "inventory")
    assert {f"{name}.sql" for name in needed} <= set(files)
    assert [file for file, text in files.items() if not re.match(r"-- \w", text)] == []
    said = re.findall(r"^-- (source|claims|expires|leaves out)[:,] ", files["schema.sql"], re.MULTILINE)
    assert said == ["source", "claims", "expires", "leaves out"]
    assert [state for state in ("expired", "returned", "sold") if f"state_{state}.sql" not in files] == (
        ["expired"] if "there is no state_expired.sql" in " ".join(files["schema.sql"].split("\n--  ")) else []
    )
