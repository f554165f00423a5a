"""The checks can fail: the load of test_counts on a reserve() without a lock oversells, and the same checks see it."""

import pytest
from inventory import SQL, violations
from rush import complaints, rush

from booking_sim.booking import create_event

TICKETS = 500
BUYERS = 2_000

pytestmark = [pytest.mark.core, pytest.mark.usefixtures("rush_turn")]


@pytest.fixture
def unlocked(conn):
    conn.execute((SQL / "no_lock.sql").read_text(encoding="utf-8"))


@pytest.mark.parametrize("quantity", [1, 3])
def test_without_a_lock_the_same_load_oversells(database, conn, unlocked, quantity):
    event_id = create_event(conn, "on sale", TICKETS)
    answers = rush(database, event_id, [quantity] * BUYERS)
    assert sum(answer.held for answer in answers) * quantity > TICKETS
    found = complaints(conn, event_id, TICKETS, answers)
    assert any("was given to" in complaint for complaint in found)
    assert any(f"is pending for {quantity} tickets" in violation for violation in violations(conn))
