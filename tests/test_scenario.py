"""A scenario is valid or not made at all, and its message says what to give instead."""

import dataclasses
import json
from datetime import timedelta

import numpy as np
import pytest

from booking_sim.errors import BookingSimError
from booking_sim.scenario import Scenario


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tickets": 0}, "tickets=0 will not do: give a whole number from 1 to 5,000,000."),
        ({"tickets": 2.5}, "tickets=2.5 will not do"),
        ({"tickets": True}, "tickets=True will not do"),
        ({"buyers": -1}, "buyers=-1 will not do: give a whole number from 1 to 10,000,000."),
        ({"buyers": "12"}, "buyers=12 will not do"),
        ({"quantity": 6, "tickets": 5}, "quantity=6 will not do: give a whole number from 1 to 5 (tickets=5)."),
        (
            {"workers": 3, "connections": 2},
            "workers=3 will not do: give a whole number from 1 to 2 (connections=2): each",
        ),
        ({"connections": 0}, "connections=0 will not do: give a whole number from 1 to 10,000."),
        ({"seed": -1}, "seed=-1 will not do"),
        ({"seed": None}, "seed=None will not do"),
        ({"hold": "0s"}, "will not do: a hold lasts longer than nothing and at most 31 days."),
        ({"hold": "745h"}, "hold=745h will not do"),
        ({"hold": "99999999999999h"}, "is longer than any hold"),
        ({"hold": 300}, "hold=300 is no length of time: give a timedelta, or text such as '5m'."),
        (
            {"strategy": "skiplocked"},
            "There is no strategy 'skiplocked': choose default, advisory, blocking,",
        ),
        ({"strategy": "../contract/reserve"}, "There is no strategy '../contract/reserve'"),
        (
            {"ticket": 5},
            "There is no setting 'ticket': choose from tickets, buyers, quantity, workers, connections, hold",
        ),
    ],
)
def test_what_will_not_do_is_refused_with_what_would(settings, message):
    with pytest.raises(BookingSimError) as caught:
        Scenario.from_settings(settings)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scenario_cannot_be_changed_but_copied():
    scenario = Scenario()
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.tickets = 1
    assert scenario.replace(tickets=7).tickets == 7
    assert scenario == Scenario()


def test_settings_survive_json():
    scenario = Scenario(tickets=np.int64(7), hold="250ms", seed=9)
    assert Scenario.from_settings(json.loads(json.dumps(scenario.to_dict()))) == scenario
    assert scenario.hold == timedelta(milliseconds=250)


def test_no_folder_of_a_users_own_strategy_is_told(tmp_path):
    told = Scenario(strategy=tmp_path / "mine.sql").to_dict()
    assert told["strategy"] == "mine.sql"
    assert Scenario.from_settings(told).to_dict() == told
