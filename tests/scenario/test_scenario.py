"""A scenario is valid or not made at all, and its message says what to give instead."""

import json
from datetime import timedelta

import attrs
import numpy as np
import pytest

from booking_sim import surge
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.scenario.ready import find, make_scenario
from booking_sim.scenario.scenario import Scenario


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tickets": 0}, "tickets=0 is invalid: expected a whole number from 1 to 5,000,000."),
        ({"tickets": 2.5}, "tickets=2.5 is invalid"),
        ({"tickets": True}, "tickets=True is invalid"),
        ({"buyers": -1}, "buyers=-1 is invalid: expected a whole number from 1 to 10,000,000."),
        ({"buyers": "12"}, "buyers='12' is invalid: expected a whole number from 1 to 10,000,000."),
        ({"quantity": 6, "tickets": 5}, "quantity=6 is invalid: expected at most 5 (tickets=5)."),
        (
            {"workers": 3, "connections": 2},
            "workers=3 is invalid: expected at most 2, since each needs a connection (connections=2).",
        ),
        ({"connections": 0}, "connections=0 is invalid: expected a whole number from 1 to 10,000."),
        ({"seed": -1}, "seed=-1 is invalid"),
        ({"seed": None}, "seed=None is invalid"),
        ({"hold": "0s"}, "hold=0s is invalid: expected a duration above 0 and at most 31 days, such as 90s or 5m."),
        ({"hold": "745h"}, "hold=745h is invalid"),
        ({"hold": "99999999999999h"}, "hold='99999999999999h' is invalid: expected a duration above 0"),
        ({"hold": 300}, "hold=300 is invalid: expected a duration"),
        (
            {"strategy": "skiplocked"},
            "Strategy 'skiplocked' is unknown, and not the path of an .sql file: did you mean 'skip_locked'?",
        ),
        ({"strategy": "../contract/reserve"}, "Strategy '../contract/reserve' is unknown"),
        (
            {"ticket": 5},
            "Setting 'ticket' is unknown: did you mean 'tickets'?",
        ),
        (
            {"xyz": 5},
            "Setting 'xyz' is unknown: choose from events, tickets, buyers, arrivals, duration, kinds, quantity",
        ),
        ({"events": 0}, "events=0 is invalid: expected a whole number from 1 to 1,000."),
        (
            {"events": 6, "tickets": 1_000_000},
            "events=6 is invalid: expected at most 5 (tickets=1000000).",
        ),
        ({"arrivals": 500}, "arrivals=500 is invalid: expected a profile, or text such as 'constant("),
        ({"arrivals": "constant(rate=500)"}, "constant needs duration: expected seconds above 0"),
        ({"arrivals": "burst(9, at=5s)", "duration": "5s"}, "arrivals=burst(9, at=5s) and duration=5s let nobody"),
        ({"duration": "0s"}, "duration=0s is invalid: expected a duration above 0"),
        ({"time_scale": 0}, "time_scale=0 is invalid: expected a number from 0.001 to 1e+06; 60 runs a minute in"),
        ({"time_scale": "fast"}, "time_scale='fast' is invalid"),
        ({"kinds": {}}, "kinds={} is invalid: expected each kind's name and its parameters, such as"),
        ({"kinds": "{fan"}, "kinds='{fan' is invalid: expected a table such as '{fan = {pays = 0.7}}' ("),
        ({"kinds": {"fan": 3}}, "kinds.fan=3 is invalid: expected its parameters by name, such as {pays = 0.7}."),
        ({"kinds": {"fan": {"pay": 1}}}, "kinds.fan: parameter 'pay' is unknown: did you mean 'pays'?"),
        ({"kinds": {"fan": {"pays": 2}}}, "kinds.fan: pays=2 is invalid: expected a number from 0 to 1."),
        (
            {"kinds": {"fan": {"share": 0}}},
            "kinds.fan: share=0 is invalid: expected a number above 0 and at most 1e9; leave out a kind",
        ),
        (
            {"kinds": {"fan": {"pays": 0.9, "late": 0.2}}},
            "kinds.fan: pays=0.9, fails=0 and late=0.2 are 1.1 together: expected at most 1; the rest never pays.",
        ),
        (
            {"kinds": {"fan": {"think": "5"}}},
            "kinds.fan: think='5' is invalid: expected a duration such as 20s, 10s..40s",
        ),
        (
            {"kinds": {"fan": {"think": "9s..5s"}}},
            "kinds.fan: think='9s..5s' is invalid: expected a duration such as 20s",
        ),
        ({"kinds": {"fan": {"think": 5}}}, "kinds.fan: think=5 is invalid: expected a duration such as 20s"),
        (
            {"kinds": {"fan": {"patience": "0s"}}},
            "kinds.fan: patience=0s is invalid: expected a duration above 0",
        ),
        ({"kinds": {"fan": {"tries": 0}}}, "kinds.fan: tries=0 is invalid: expected a whole number from 1 to 1,000."),
        (
            {"kinds": {"bot": {"at_once": 0}}},
            "kinds.bot: at_once=0 is invalid: expected a whole number from 1 to 1,000.",
        ),
        (
            {"kinds": {"fan": {"quantity": {"0": 1}}}},
            "kinds.fan: quantity={0: 1.0} is invalid: expected a whole number",
        ),
        (
            {"kinds": {"fan": {"quantity": 9}}, "tickets": 8},
            "kinds.fan.quantity=9 is invalid: expected at most 8 (tickets=8).",
        ),
    ],
)
def test_what_is_invalid_is_refused_with_what_is_expected(settings, message):
    with pytest.raises(BookingSimError) as caught:
        Scenario.from_settings(settings)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scenario", [Scenario, 500])
def test_what_is_not_a_scenario_is_refused(scenario):
    with pytest.raises(BookingSimError, match=r"^scenario=.* is invalid: expected a Scenario, the name of a ready one"):
        surge(scenario, tickets=5)


def test_a_scenario_is_given_by_its_name_or_its_file(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text("tickets = 7")
    assert make_scenario("club_gig", {"tickets": 8}) == find("club_gig").replace(tickets=8)
    assert make_scenario(mine, {}) == make_scenario(str(mine), {}) == Scenario(tickets=7)
    assert make_scenario(None, {"seed": 3}) == Scenario(seed=3)
    with pytest.raises(SettingError, match=r"^Scenario 'club_gi' is unknown, .*: did you mean 'club_gig'\?$"):
        make_scenario("club_gi", {})


def test_a_scenario_cannot_be_changed_but_copied():
    scenario = Scenario()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
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
        ("tikets = 5", "mine.toml: Setting 'tikets' is unknown"),
        ("tickets = 0", "mine.toml: tickets=0 is invalid"),
        (None, "mine.toml: No such file or directory."),
    ],
)
def test_a_file_that_is_invalid_is_named(tmp_path, text, message):
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
    assert len(slow.schedule) == len(fast.schedule) == fast.buyer_count == 300
    assert fast.schedule.times == pytest.approx(slow.schedule.times / 60)
    assert fast.seconds(fast.hold) == 5


@pytest.mark.parametrize(
    ("settings", "buyers"),
    [
        ({}, 5000),
        ({"buyers": 7}, 7),
        ({"duration": "5s"}, None),
        ({"duration": "5s", "buyers": 7}, 7),
        ({"arrivals": "burst(9)"}, 9),
        ({"arrivals": "burst(9)", "buyers": 7}, 7),
    ],
)
def test_how_many_come(settings, buyers):
    assert Scenario(**settings).buyer_count == buyers


def test_no_folder_of_a_users_own_strategy_is_shown(tmp_path):
    reported = Scenario(strategy=tmp_path / "mine.sql").to_dict()
    assert reported["strategy"] == "mine.sql"
    assert Scenario.from_settings(reported).to_dict() == reported


# What a file or a call may hold that would fail late


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hold": "1s", "time_scale": 1e6 + 1}, "time_scale=1000001 is invalid"),
        ({"hold": "0.9s", "time_scale": 1e6}, "hold=900ms is invalid: expected at least 1s, which is a microsecond of"),
        ({"kinds": {"fan": {"share": float("inf")}}}, "kinds.fan: share=inf is invalid: expected a number above 0"),
        ({"kinds": {"fan": {"quantity": {1: float("inf")}}}}, "kinds.fan: quantity={1: inf} is invalid"),
        ({"kinds": {"fan": {"quantity": {1: 0.0}}}}, "kinds.fan: quantity={1: 0.0} is invalid"),
        ({"kinds": {"fan": {"quantity": {2**70: 1}}}}, "is invalid: expected a whole number from 1, or how likely"),
        ({"kinds": {"fan": {"pays": float("nan")}}}, "kinds.fan: pays=nan is invalid"),
        ({"time_scale": float("inf")}, "time_scale=inf is invalid"),
        ({"tickets": 2**70}, "tickets=1180591620717411303424 is invalid: expected a whole number from 1 to 5,000,000."),
        ({"seed": 2**63}, "seed=9223372036854775808 is invalid"),
        ({"arrivals": f"burst({10**30})"}, "burst: buyers=1000000000000000000000000000000 is invalid"),
        ({"arrivals": "poisson(" * 5000 + "burst(5)" + ")" * 5000}, "cannot be read: it is nested too deeply."),
        ({"kinds": "{a=" * 5000}, "is invalid: expected a table"),
        ({"kinds": "x" * 500}, "kinds='xxxxx"),
        ({"arrivals": 'recorded("a\0b")'}, "recorded: path='a\\x00b' is invalid"),
    ],
)
def test_what_would_fail_late_is_refused_at_once(settings, message):
    with pytest.raises(SettingError) as caught:
        Scenario.from_settings(settings)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


def test_the_shortest_hold_is_a_microsecond_of_the_run():
    assert Scenario(hold="1s", time_scale=1e6).hold == timedelta(seconds=1)


def test_a_byte_order_mark_is_not_part_of_a_file(tmp_path):
    path = tmp_path / "back\\slash ünï.toml"
    path.write_text("tickets = 7", encoding="utf-8-sig")
    assert Scenario.from_file(path).tickets == 7


@pytest.mark.parametrize("content", [b"tickets = \xff", b"[" * 50_000, b"a = " + b"[" * 50_000])
def test_a_file_of_something_else_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(SettingError, match=r"mine\.toml: [^\n]+$"):
        Scenario.from_file(path)
