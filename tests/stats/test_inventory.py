"""Where the tickets were at any moment, counted from what became of every hold."""

import numpy as np
import pytest
from made_up import NUMBERS, holds

from booking_sim.stats import inventory_over_time


def counts(frame, tickets=10, until=10, moments=10):
    rows = inventory_over_time(frame, tickets, until, moments)
    return {name: rows[name].tolist() for name in ("held", "overdue", "sold", "oversold")}


def test_a_ticket_is_held_until_it_is_sold_released_or_due():
    frame = holds((0.5, "confirmed", 2.5), (1.5, "released", 3.5), (4, "expired", 9.5), hold_s=4)
    assert counts(frame) == {
        "held": [0, 1, 2, 1, 1, 1, 1, 1, 0, 0],
        "overdue": [0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        "sold": [0, 0, 0, 1, 1, 1, 1, 1, 1, 1],
        "oversold": [0] * 10,
    }


def test_every_row_counts_every_ticket():
    rows = inventory_over_time(holds((0.5, "open", None), (2, "confirmed", 3)), 7, 10)
    assert (rows[["available", "held", "overdue", "sold"]].sum(axis="columns") == 7).all()
    assert rows["seconds"].tolist() == pytest.approx(np.arange(500) * 0.02)


def test_a_hold_of_several_tickets_counts_each():
    three = holds((1, "open", None), (2, "open", None)).assign(ticket_nos=[[1, 2, 3], [4]])
    assert counts(three.astype({"ticket_nos": NUMBERS}))["held"] == [0, 3, 4, 4, 4, 4, 1, 0, 0, 0]


def test_a_ticket_that_was_given_back_or_overdue_can_be_held_again():
    again = holds((0, "released", 2), (2, "expired", 8), (8, "open", None)).assign(ticket_nos=[[1]] * 3)
    assert counts(again.astype({"ticket_nos": NUMBERS})) == {
        "held": [1] * 7 + [0, 1, 1],
        "overdue": [0] * 7 + [1, 0, 0],
        "sold": [0] * 10,
        "oversold": [0] * 10,
    }


def test_a_ticket_that_two_have_is_one_ticket_and_promised_twice():
    twice = holds((1, "confirmed", 2), (3, "confirmed", 5), (3, "released", 6)).assign(ticket_nos=[[1]] * 3)
    assert counts(twice.astype({"ticket_nos": NUMBERS})) == {
        "held": [0, 1] + [0] * 8,
        "overdue": [0] * 10,
        "sold": [0, 0] + [1] * 8,
        "oversold": [0, 0, 0, 2, 2, 2, 1, 1, 1, 1],
    }
    elsewhere = twice.assign(event=[1, 2, 3]).astype({"ticket_nos": NUMBERS})
    assert counts(elsewhere)["oversold"] == [0] * 10


def test_a_ticket_that_was_overdue_was_nobodys_when_it_was_held_again():
    again = holds((0, "expired", 8), (7, "open", None)).assign(ticket_nos=[[1]] * 2)  # the clocks of two calls
    rows = counts(again.astype({"ticket_nos": NUMBERS}))
    assert rows["oversold"] == [0] * 10


def test_no_hold_is_a_full_hall():
    rows = inventory_over_time(holds(), 7, 10)
    assert (rows["available"] == 7).all()
    assert len(inventory_over_time(holds(), 7, 0)) == 0
