"""A database with a mix of everything, for tests that make it wrong."""

from datetime import timedelta

from psycopg.conninfo import make_conninfo

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.database import connect

BLINK = timedelta(microseconds=1)


def populate(conn):
    """Bring an empty database to a mix of everything: seven events, twelve intents, each with its number here."""
    mix = create_event(conn, "a mix", 12)
    hold(conn, mix, "ann", [3, 4], request_key="k")  # 1: held
    confirm(conn, hold(conn, mix, "bob", [5, 6]).intent_id, "bob")  # 2: sold
    one = create_event(conn, "one ticket", 1)
    release(conn, hold(conn, one, "cid").intent_id, "cid")  # 3
    hold(conn, one, "dee", hold_for=BLINK)  # 4: expired
    expire_holds(conn, one)
    hold(conn, one, "eve", request_key="k")  # 5: held
    closed = create_event(conn, "sold out for now", 2)
    confirm(conn, hold(conn, closed, "gil").intent_id, "gil")  # 6: sold
    hold(conn, closed, "hal", [2])  # 7: held
    sold = create_event(conn, "sold out", 1)
    confirm(conn, hold(conn, sold, "jim").intent_id, "jim")  # 8
    overdue = create_event(conn, "overdue", 3)
    hold(conn, overdue, "fay", hold_for=BLINK, request_key="k")  # 9
    taken_over = create_event(conn, "taken over", 1)
    hold(conn, taken_over, "mia", hold_for=BLINK)  # 10: expired
    hold(conn, taken_over, "leo")  # 11: held
    given_back = create_event(conn, "given back", 2)
    release(conn, hold(conn, given_back, "ned").intent_id, "ned")  # 12
    for event_id in (closed, closed, sold, sold):  # refused, so a stock check is written, by the second at the latest
        reserve(conn, event_id, "ivy")


def hold(conn, event_id, user_id, ticket_nos=(1,), **arguments):
    """Reserve these tickets: all others are locked meanwhile."""
    others = "select from booking.tickets where event_id = %s and ticket_no <> all (%s) for update"
    with connect(make_conninfo(conn.info.dsn, password=conn.info.password)) as rival, rival.transaction():
        rival.execute(others, [event_id, [*ticket_nos]])
        held = reserve(conn, event_id, user_id, len(ticket_nos), **arguments)
    assert sorted(held.ticket_nos) == [*ticket_nos]
    return held
