"""A database with a mix of everything, for tests that make it wrong."""

from datetime import timedelta

from booking_sim.booking import confirm, create_event, expire_holds, release, reserve

BLINK = timedelta(microseconds=1)


def populate(conn):
    """Bring an empty database to a mix of everything: seven events, twelve intents, each with its number here."""
    mix = create_event(conn, "a mix", 12)
    reserve(conn, mix, "ann", 2, request_key="k")  # 1: tickets 3 and 4, held
    confirm(conn, reserve(conn, mix, "bob", 2).intent_id, "bob")  # 2: tickets 5 and 6, sold
    one = create_event(conn, "one ticket", 1)
    release(conn, reserve(conn, one, "cid").intent_id, "cid")  # 3
    reserve(conn, one, "dee", hold_for=BLINK)  # 4: expired
    expire_holds(conn, one)
    reserve(conn, one, "eve", request_key="k")  # 5: held
    closed = create_event(conn, "sold out for now", 2)
    confirm(conn, reserve(conn, closed, "gil").intent_id, "gil")  # 6: ticket 1, sold
    reserve(conn, closed, "hal")  # 7: ticket 2, held
    sold = create_event(conn, "sold out", 1)
    confirm(conn, reserve(conn, sold, "jim").intent_id, "jim")  # 8
    overdue = create_event(conn, "overdue", 3)
    reserve(conn, overdue, "fay", hold_for=BLINK, request_key="k")  # 9: ticket 1
    taken_over = create_event(conn, "taken over", 1)
    reserve(conn, taken_over, "mia", hold_for=BLINK)  # 10: expired
    reserve(conn, taken_over, "leo")  # 11: held
    given_back = create_event(conn, "given back", 2)
    release(conn, reserve(conn, given_back, "ned").intent_id, "ned")  # 12: ticket 1
    for event_id in (closed, sold):  # refused, so a stock check is written
        reserve(conn, event_id, "ivy")
