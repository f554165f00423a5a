"""A copy gives the answers of the original: dumped, data only, row by row, into a younger or an older server."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from copies import WAYS, answers, copied_by_rows, copy_table, truthful
from inventory import violations

from booking_sim.booking import confirm, create_event, release, reserve
from booking_sim.database import connect
from booking_sim.database.embedded import BIN_DIR, Cluster
from booking_sim.database.migrations import migrate
from booking_sim.models import Outcome

HOUR = timedelta(hours=1)
SHORT = timedelta(milliseconds=300)
OVERDUE = timedelta(microseconds=1)


def refuse(conn, event_id, quantity=1):
    """Be refused until the finding is written down."""
    assert {reserve(conn, event_id, "refused", quantity).outcome for _ in range(4)} == {Outcome.SOLD_OUT}


def take_all(conn, event_id, capacity, hold_for=HOUR):
    hold = reserve(conn, event_id, "ann", capacity, hold_for=hold_for)
    assert hold.outcome is Outcome.HELD
    return hold.intent_id


def hold_and_refuse_for_a_moment(conn):
    """Hold an event, be refused, and wait until it falls due; on a busy machine once more, with a longer hold."""
    for lasts in (SHORT, 10 * SHORT, 100 * SHORT):
        event_id = create_event(conn, "held for a moment, and refused since", 600)
        hold = reserve(conn, event_id, "ann", 600, hold_for=lasts)
        refused = [reserve(conn, event_id, "refused").outcome for _ in range(4)]
        conn.execute("select pg_sleep_until(%s)", [hold.hold_expires_at])
        if refused == [Outcome.SOLD_OUT] * 4:
            return
    pytest.fail("the machine is too slow")


@pytest.fixture
def original(database, conn):
    """A database with an event in every state; the id of each."""
    untouched = create_event(conn, "untouched", 300)
    half = create_event(conn, "half on hold, half sold", 40)
    confirm(conn, take_all(conn, half, 20), "ann")
    take_all(conn, half, 10)
    reserve(conn, half, "late", 3, hold_for=OVERDUE)
    gone = create_event(conn, "sold", 10)
    confirm(conn, take_all(conn, gone, 10), "ann")
    refuse(conn, gone)
    held = create_event(conn, "held, and refused since", 10)
    take_all(conn, held, 10)
    refuse(conn, held)
    given_back = create_event(conn, "held, refused, and then given back", 10)
    hold = take_all(conn, given_back, 8)
    take_all(conn, given_back, 2)
    refuse(conn, given_back)
    release(conn, hold, "ann")
    hold_and_refuse_for_a_moment(conn)
    keyed = reserve(conn, untouched, "kim", 2, request_key="one")
    return {"held": held, "keyed": keyed, "untouched": untouched}


@pytest.fixture
def copy_to(server):
    """The URL of an empty database for a copy."""
    with server.database("template0") as url:
        yield url


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_copy_gives_the_same_answers(database, conn, original, copy_to, tmp_path, way):
    way(database, copy_to, tmp_path)
    with connect(copy_to) as copy:
        assert reserve(copy, original["untouched"], "kim", 2, request_key="one") == original["keyed"]
        found = answers(copy)
        assert truthful(found), found
        assert found == answers(conn)
        assert create_event(copy, "new", 3) not in found
        assert violations(copy) == []


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_in_a_copy_tickets_are_given_back_and_refused_as_ever(database, conn, original, copy_to, tmp_path, way):
    way(database, copy_to, tmp_path)
    with connect(copy_to) as copy:
        held = original["held"]
        refuse(copy, held)
        (intent_id,) = copy.execute("select id from booking.booking_intents where event_id = %s", [held]).fetchone()
        release(copy, intent_id, "ann")
        assert reserve(copy, held, "bob", 10).outcome is Outcome.HELD
        refuse(copy, held)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_copy_taken_while_everything_happens(database, conn, copy_to, tmp_path, way):
    events = [create_event(conn, f"busy {number}", 5 + 300 * (number % 2)) for number in range(4)]
    over = Event()

    def be_busy(number):
        with connect(database) as connection:
            user, mine = f"user {number}", []
            while not over.is_set():
                for event_id in events:
                    answer = reserve(connection, event_id, user, 1 + number, hold_for=HOUR if number else SHORT)
                    if answer.outcome is Outcome.HELD:
                        mine.append(answer.intent_id)
                    reserve(connection, event_id, user, 5)
                if len(mine) > 2:
                    (confirm if len(mine) % 7 == 0 else release)(connection, mine.pop(0), user)

    threads = [Thread(target=be_busy, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    try:
        way(database, copy_to, tmp_path)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    with connect(copy_to) as copy:
        copy.execute("select pg_sleep(0.3)")
        found = answers(copy)
        assert truthful(found), found
        assert violations(copy) == []
    assert truthful(answers(conn))


# Another server numbers its transactions otherwise.

BURN = """
    do $$ begin
        create temp table if not exists burnt (number int);
        for number in 1..{count} loop
            begin
                insert into burnt values (number);
                raise division_by_zero;
            exception when division_by_zero then null;
            end;
        end loop;
    end $$
"""


def next_number(conn):
    return conn.execute("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()[0]


def burn_up_to(conn, number):
    """Use up transaction numbers until the next one is `number`, which nobody else must do meanwhile."""
    conn.execute("create temp table if not exists burnt (number int)")
    while (left := number - next_number(conn)) > 3:
        conn.execute(BURN.format(count=min(left - 2, 20_000)))
    while next_number(conn) < number:
        conn.execute("select pg_current_xact_id()")
    assert next_number(conn) == number


@pytest.fixture
def other_server(server_home):
    """A server of the test's own, whose transactions have lower numbers than those of the tests' server."""
    with Cluster(server_home, BIN_DIR) as cluster, connect(cluster.url) as admin:
        yield cluster.url, admin


@pytest.mark.faults
@pytest.mark.parametrize("numbers", ["lower", "higher"])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_copy_on_a_server_with_other_transaction_numbers(
    database, conn, original, other_server, tmp_path, way, numbers
):
    url, admin = other_server
    if numbers == "higher":
        burn_up_to(admin, next_number(conn) + 5_000)
    else:
        burn_up_to(conn, next_number(conn) + 10_000)
        refuse(conn, original["held"])
        held = original["held"]
        conn.execute("select booking.release(id, user_id) from booking.booking_intents where event_id = %s", [held])
        take_all(conn, held, 10)
        refuse(conn, held)
    way(database, url, tmp_path)
    with connect(url) as copy:
        held = original["held"]
        refuse(copy, held)
        query = "select max(id) from booking.booking_intents where event_id = %s and status = 'pending'"
        (intent_id,) = copy.execute(query, [held]).fetchone()
        release(copy, intent_id, "ann")
        assert reserve(copy, held, "bob", 10).outcome is Outcome.HELD
        refuse(copy, held)
        found = answers(copy)
        assert truthful(found), found


@pytest.mark.faults
def test_a_stock_check_that_is_copied_by_a_transaction_of_the_same_number(database, conn, other_server, tmp_path):
    """The transaction that copies it has, by chance, the number of the one that wrote it; a release came later."""
    url, _ = other_server
    event_id = create_event(conn, "on sale", 2)
    intents = [reserve(conn, event_id, "ann", hold_for=HOUR).intent_id for _ in range(2)]
    burn_up_to(conn, next_number(conn) + 10_000)
    refuse(conn, event_id)
    (number,) = conn.execute(
        "select written_by::text::bigint from booking.stock_checks where event_id = %s"
        " order by checked_at desc limit 1",
        [event_id],
    ).fetchone()
    burn_up_to(conn, next_number(conn) + 5_000)
    release(conn, intents[0], "ann")
    migrate(url)
    with connect(url) as copy:
        for table in ("events", "tickets", "booking_intents", "request_keys", "claimed_blocks", "ticket_returns"):
            copy_table(conn, copy, table)
        burn_up_to(copy, number)
        copy_table(conn, copy, "stock_checks")
        query = "select count(*) from booking.stock_checks where xmin = written_by"
        assert copy.execute(query).fetchone() == (1,)
        assert reserve(copy, event_id, "bob").outcome is Outcome.HELD
        refuse(copy, event_id)


def test_a_copy_whose_tables_are_of_different_moments_is_seen(database, original, copy_to, tmp_path):
    """The control: a copy says that all blocks were claimed, which was not so when its tickets were copied."""
    copied_by_rows(database, copy_to, tmp_path)
    with connect(copy_to) as copy:
        assert violations(copy) == []
        copy.execute("insert into booking.claimed_blocks select id, 0 from booking.events")
        assert violations(copy) != []
