"""The ready scenarios: listed, shown, and each one runs, in a size for a test."""

import json

import pytest
from click.testing import CliRunner

from booking_sim import surge
from booking_sim.cli import cli
from booking_sim.errors import BookingSimError
from booking_sim.scenario.ready import catalogue, find
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats import by_kind


def test_they_are_listed_with_what_they_are():
    listed = CliRunner().invoke(cli, ["scenarios"]).output.splitlines()
    assert [line.split()[0] for line in listed] == list(catalogue())
    assert all(title.endswith(".") for title in catalogue().values())


def test_one_is_shown_to_begin_ones_own_from(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(CliRunner().invoke(cli, ["scenarios", "bot_storm"]).output)
    assert find(mine) == find("bot_storm")


def test_an_unknown_one_is_refused_with_those_there_are():
    with pytest.raises(
        BookingSimError, match=r"Scenario 'gig' is unknown, and not the path of a \.toml file: choose from bot_storm"
    ):
        find("gig")


@pytest.mark.parametrize("name", catalogue())
def test_each_runs_and_nothing_is_sold_twice(name, database):
    """Its first 150 people, a twentieth of its tickets, and its hour in a second or two."""
    whole = find(name)
    assert Scenario.from_settings(json.loads(json.dumps(whole.to_dict()))) == whole
    faster = whole.schedule.first(150).end + whole.seconds(whole.hold)
    small = whole.replace(
        buyers=150, tickets=max(8, whole.tickets // 20), connections=8, time_scale=whole.time_scale * max(1, faster)
    )
    result = surge(small, url=database, progress=False)
    assert result.ok
    assert result.summary()["unanswered"] == 0
    assert result.summary()["confirmed"] > 0
    kinds = by_kind(result.attempts)
    assert kinds["buyers"].sum() == 150
    assert kinds["share"].sum() == pytest.approx(1)


def test_bots_make_two_of_five_calls_in_the_storm():
    """Distil's 39.9 %, before anything is refused or paid for."""
    kinds = find("bot_storm").kinds
    weight = {name: kind.share * kind.at_once for name, kind in kinds.items()}
    assert weight["bot"] / sum(weight.values()) == pytest.approx(0.399, abs=0.015)


def test_holds_that_will_not_be_paid_for_lock_two_of_five_tickets():
    """83 sales a second and 70 % abandonment, at a twentieth: the design's 39 %."""
    scenario = find("hold_heavy")
    abandoned = (1 - scenario.kinds["fan"].pays) * scenario.arrivals.total / scenario.arrivals.end
    assert abandoned * scenario.hold.total_seconds() / scenario.tickets == pytest.approx(0.39, abs=0.01)
