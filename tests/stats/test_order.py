"""First come, first served, on orders whose distance is known; and what each kind of buyer got."""

import pandas as pd
import pytest
from made_up import attempts, held, refused

from booking_sim.stats import by_kind, fairness


def served(*buyers):
    """Holds made in this order."""
    return pd.DataFrame({"buyer": buyers, "held_at": [float(place) for place in range(len(buyers))]})


CAME = attempts(*(refused(buyer, buyer / 10) for buyer in range(4)))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((0, 1, 2, 3), (1, 0, 0)),
        ((3, 2, 1, 0), (-1, 2, 0)),
        ((1, 0, 2), (1 / 3, 2 / 3, 0)),
        ((0, 3), (1, 0, 0.5)),  # two got tickets, in order, and one of them came as the fourth
    ],
)
def test_how_far_the_order_of_sale_is_from_that_of_arrival(order, expected):
    found = fairness(CAME, served(*order))
    assert found.name == "fairness"
    assert found.to_dict() == pytest.approx(dict(zip(("tau", "displacement", "out_of_turn"), expected, strict=True)))


@pytest.mark.parametrize("order", [(), (2,)])
def test_fewer_than_two_buyers_have_no_order(order):
    found = fairness(CAME, served(*order))
    assert found.index.tolist() == ["tau", "displacement", "out_of_turn"]
    assert found.isna().all()


def test_each_kind_has_a_row_of_its_own():
    bot = [
        call._replace(kind="bot")
        for call in (held(1, 0.0, 7, 1)._replace(ticket_nos=(1, 2)), refused(2, 0.1, "contended"))
    ]
    again = refused(2, 0.2, attempt=2)._replace(kind="bot")
    found = by_kind(attempts(*bot, again, refused(3, 0.3)))
    assert found.index.name == "kind"
    columns = ["buyers", "held", "sold_out", "tickets_held", "attempts", "share"]
    assert found.loc["bot", columns].tolist() == [2, 1, 1, 2, 3, 0.75]
    assert found.loc["buyer", columns].tolist() == [1, 0, 1, 0, 1, 0.25]


def test_without_attempts_there_is_no_kind_and_all_columns():
    found = by_kind(attempts())
    assert found.empty
    assert "tickets_held" in found
