"""Points about the functions as clients see them, and about the tables as the other points leave them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from booking_sim.audit import audit
from booking_sim.booking import BookingError, create_event, expire_holds, reserve
from booking_sim.contract.point import point
from booking_sim.contract.subject import Broken, Subject, expect
from booking_sim.queries import load

if TYPE_CHECKING:
    from collections.abc import Callable

SIGNATURES = {
    "confirm": ("intent_id bigint, user_id text", "", "text"),
    "create_event": ("name text, capacity integer", "", "bigint"),
    "expire_holds": ("event_id bigint, max_tickets integer", "NULL::bigint, 1000", "integer"),
    "release": ("intent_id bigint, user_id text", "", "text"),
    "reserve": (
        "event_id bigint, user_id text, quantity integer, hold_for interval, request_key text",
        "1, '00:05:00'::interval, NULL::text",
        "outcome text, intent_id bigint, ticket_nos integer[], hold_expires_at timestamp with time zone",
    ),
}
"""Name: arguments, defaults of the last of them, result."""


@point
def signatures(subject: Subject) -> None:
    """The five functions have the names, arguments, defaults and results that clients rely on."""
    rows = subject.connection.execute(load("contract/signatures"), {"names": [*SIGNATURES]}).fetchall()
    expect("functions", [name for name, *_ in rows], [*SIGNATURES])
    for name, *signature in rows:
        for what, found, expected in zip(("arguments", "defaults", "result"), signature, SIGNATURES[name], strict=True):
            expect(f"{what} of {name}", found, expected)


@point
def bad_input(subject: Subject) -> None:
    """Bad input is refused with its own SQLSTATE, and changes nothing."""
    event_id, ann, connection = subject.event(3), "ann", subject.connection
    cases: list[tuple[str, str, Callable[[], object]]] = [
        ("an unknown event", "BK001", lambda: reserve(connection, -1, ann)),
        *(
            (
                f"a quantity of {quantity}",
                "BK002",
                lambda quantity=quantity: reserve(connection, event_id, ann, quantity),
            )
            for quantity in (0, -1, 4)
        ),
        *(
            (
                f"a hold of {days} days",
                "BK003",
                lambda days=days: reserve(connection, event_id, ann, hold_for=timedelta(days)),
            )
            for days in (0, -1, 32)
        ),
        *((f"the user {user!r}", "BK004", lambda user=user: reserve(connection, event_id, user)) for user in ("", " ")),
        *((f"a capacity of {n}", "BK005", lambda n=n: create_event(connection, "x", n)) for n in (0, 5_000_001)),
        ("an event without a name", "BK006", lambda: create_event(connection, "", 1)),
        ("sweeping an unknown event", "BK001", lambda: expire_holds(connection, -1)),
        ("sweeping 0 tickets", "BK002", lambda: expire_holds(connection, event_id, 0)),
    ]
    before = subject.stock(event_id)
    for what, sqlstate, ask in cases:
        try:
            answer = ask()
        except BookingError as error:
            expect(f"SQLSTATE for {what}", error.sqlstate, sqlstate)
        else:
            raise Broken(f"{what} was answered: {answer}")
    expect("stock after bad input", subject.stock(event_id), before)


@point
def audited(subject: Subject) -> None:
    """After all of this, the audit finds nothing wrong in the tables."""
    found = audit(subject.url)
    broken = found[found["violations"] > 0]
    if not broken.empty:
        raise Broken("violations: " + ", ".join(f"{row.violations} of {row.name}" for row in broken.itertuples()))
