"""A scenario is valid or not made at all, and its message says what to give instead."""

import dataclasses
import json
from datetime import timedelta

import numpy as np
import pytest

from booking_sim import surge
from booking_sim.errors import BookingSimError
from booking_sim.scenario.scenario import Scenario


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
        ({"hold": "0s"}, "hold=0s will not do: give more than nothing and at most 31 days."),
        ({"hold": "745h"}, "hold=745h will not do"),
        ({"hold": "99999999999999h"}, "is too long: write one of at most 31 days."),
        ({"hold": 300}, "hold=300 is not a duration: give a timedelta, or text such as '5m'."),
        (
            {"strategy": "skiplocked"},
            "There is no strategy 'skiplocked': choose default, advisory, blocking,",
        ),
        ({"strategy": "../contract/reserve"}, "There is no strategy '../contract/reserve'"),
        (
            {"ticket": 5},
            "There is no setting 'ticket': choose from events, tickets, buyers, arrivals, duration, kinds, quantity",
        ),
        ({"events": 0}, "events=0 will not do: give a whole number from 1 to 1,000 (tickets=500)."),
        (
            {"events": 6, "tickets": 1_000_000},
            "events=6 will not do: give a whole number from 1 to 5 (tickets=1000000).",
        ),
        ({"arrivals": 500}, "arrivals=500 will not do: give a profile, or text such as 'constant("),
        ({"arrivals": "constant(rate=500)"}, "constant needs duration: give seconds"),
        ({"arrivals": "burst(9, at=5s)", "duration": "5s"}, "let nobody come: give a longer duration, or earlier"),
        ({"duration": "0s"}, "duration=0s will not do: give more than nothing"),
        ({"time_scale": 0}, "time_scale=0 will not do: give a number from 0.001 to 1,000,000; 60 runs a minute in"),
        ({"time_scale": "fast"}, "time_scale=fast will not do"),
        ({"kinds": {}}, "kinds={} will not do: give each kind's name and its parameters, such as"),
        ({"kinds": "{fan"}, "kinds={fan cannot be read"),
        ({"kinds": {"fan": 3}}, "kinds.fan=3 will not do: give its parameters by name, such as {pays = 0.7}."),
        ({"kinds": {"fan": {"pay": 1}}}, "kinds.fan: there is no parameter 'pay': choose from share, quantity, pays,"),
        ({"kinds": {"fan": {"pays": 2}}}, "kinds.fan: pays=2 will not do: give a number from 0 to 1."),
        ({"kinds": {"fan": {"share": 0}}}, "kinds.fan: share=0.0 will not do: give a number above 0; leave out a kind"),
        (
            {"kinds": {"fan": {"pays": 0.9, "late": 0.2}}},
            "kinds.fan: pays=0.9, fails=0 and late=0.2 are 1.1 together: give at most 1; the rest never pays.",
        ),
        ({"kinds": {"fan": {"think": "5"}}}, "kinds.fan: think: '5' is not a duration"),
        (
            {"kinds": {"fan": {"think": "9s..5s"}}},
            "kinds.fan: think: '9s..5s' cannot be drawn: write 20s, 10s..40s, or",
        ),
        ({"kinds": {"fan": {"think": 5}}}, "kinds.fan: think=5 will not do: give a length of time as text"),
        ({"kinds": {"fan": {"patience": "0s"}}}, "kinds.fan: patience=0s will not do: give a length of time above 0"),
        ({"kinds": {"fan": {"tries": 0}}}, "kinds.fan: tries=0 will not do: give a whole number from 1 to 1,000."),
        ({"kinds": {"bot": {"at_once": 0}}}, "kinds.bot: at_once=0 will not do: give a whole number from 1 to 1,000."),
        ({"kinds": {"fan": {"quantity": {"0": 1}}}}, "kinds.fan: quantity={'0': 1} will not do: give a whole number"),
        (
            {"kinds": {"fan": {"quantity": 9}}, "tickets": 8},
            "kinds.fan: quantity=9 is more than an event has, tickets=8.",
        ),
    ],
)
def test_what_will_not_do_is_refused_with_what_would(settings, message):
    with pytest.raises(BookingSimError) as caught:
        Scenario.from_settings(settings)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scenario", ["bot_storm", Scenario, 500])
def test_what_is_no_scenario_is_refused(scenario):
    with pytest.raises(BookingSimError, match=r"is no Scenario: give .*scenarios\.find\('club_gig'\)"):
        surge(scenario, tickets=5)


def test_a_scenario_cannot_be_changed_but_copied():
    scenario = Scenario()
    with pytest.raises(dataclasses.FrozenInstanceError):
        scenario.tickets = 1
    assert scenario.replace(tickets=7).tickets == 7
    assert scenario == Scenario()


def test_settings_survive_json():
    kinds = {"fan": {"quantity": {1: 0.5, 4: 0.5}, "think": "~20s", "patience": "1m"}, "bot": {"at_once": 9}}
    scenario = Scenario(
        tickets=np.int64(7), hold="250ms", seed=9, kinds=kinds, arrivals="burst(5, at=1s)", duration="10s", time_scale=2
    )
    assert Scenario.from_settings(json.loads(json.dumps(scenario.to_dict()))) == scenario
    assert scenario.hold == timedelta(milliseconds=250)


def test_a_file_has_the_settings_for_its_keys(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("""
        arrivals = "burst(5)"
        hold = "2m"
        [kinds.fan]
        pays = 0.7
        quantity = {1 = 0.5, 2 = 0.5}
    """)
    assert Scenario.from_file(path) == Scenario(
        arrivals="burst(5)", hold="2m", kinds="{fan = {pays = 0.7, quantity = {1 = 0.5, 2 = 0.5}}}"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tickets = ", "mine.toml: Invalid value"),
        ("tikets = 5", "mine.toml: There is no setting 'tikets'"),
        ("tickets = 0", "mine.toml: tickets=0 will not do"),
        (None, "mine.toml: No such file or directory."),
    ],
)
def test_a_file_that_will_not_do_is_named(tmp_path, text, message):
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BookingSimError) as caught:
        Scenario.from_file(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_everything_is_in_proportion_to_the_time_scale():
    slow = Scenario(arrivals="constant(rate=10, duration=60s)", duration="30s", hold="5m")
    fast = slow.replace(time_scale=60)
    assert len(slow.schedule) == len(fast.schedule) == fast.crowd == 300
    assert fast.schedule.times == pytest.approx(slow.schedule.times / 60)
    assert fast.seconds(fast.hold) == 5


@pytest.mark.parametrize(
    ("settings", "crowd"),
    [
        ({}, 5000),
        ({"buyers": 7}, 7),
        ({"duration": "5s"}, None),
        ({"duration": "5s", "buyers": 7}, 7),
        ({"arrivals": "burst(9)"}, 9),
        ({"arrivals": "burst(9)", "buyers": 7}, 7),
    ],
)
def test_how_many_come(settings, crowd):
    assert Scenario(**settings).crowd == crowd


def test_no_folder_of_a_users_own_strategy_is_told(tmp_path):
    told = Scenario(strategy=tmp_path / "mine.sql").to_dict()
    assert told["strategy"] == "mine.sql"
    assert Scenario.from_settings(told).to_dict() == told
