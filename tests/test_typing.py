"""Type checkers and editors know the settings: what is documented type-checks, and a wrong name or type does not."""

import attrs
import pytest
from mypy import api

from booking_sim.scenario.kinds import BuyerKind, BuyerKindSettings
from booking_sim.scenario.scenario import Scenario, ScenarioSettings

RIGHT = """
from datetime import timedelta
from pathlib import Path

from booking_sim import Scenario, compare, scenarios, surge
from booking_sim.arrivals import Constant

scenario = Scenario(
    tickets=1000,
    hold="90s",
    arrivals="poisson(constant(rate=200, duration=30s))",
    kinds={"fan": {"pays": 0.75, "think": "2s..10s", "quantity": {1: 0.5, 2: 0.5}}},
)
Scenario(hold=timedelta(minutes=5), arrivals=Constant(rate=500, duration="30s"), kinds="{fan = {pays = 0.7}}")
surge(scenario, tickets=5)
surge("club_gig", time_scale=60, duration="1m")
surge(Path("mine.toml"), strategy=Path("mine.sql"))
compare(["default", "mine.sql"], tickets=5000, buyers=50_000)
scenarios.find("club_gig").replace(hold="10m", seed=2)
"""
WRONG = [
    ("surge(tikets=5)", 'Unexpected keyword argument "tikets"'),
    ('surge(tickets="5")', "incompatible type"),
    ('Scenario(tickets="5")', "incompatible type"),
    ("Scenario(hold=300)", "incompatible type"),
    ('Scenario(kinds={"fan": {"pay": 1}})', "incompatible type"),
    ("scenario.replace(holds=1)", "Unexpected keyword argument"),
    ("compare(rounds='3')", "incompatible type"),
    ("surge(5)", "incompatible type"),
]


@pytest.mark.parametrize(("of", "keys"), [(Scenario, ScenarioSettings), (BuyerKind, BuyerKindSettings)])
def test_the_settings_that_are_typed_are_those_there_are(of, keys):
    assert list(keys.__annotations__) == [field.name for field in attrs.fields(of)]


def test_what_is_documented_type_checks_and_what_is_wrong_does_not(tmp_path):
    """One run of mypy for all: it reads the whole package."""
    path = tmp_path / "user.py"
    path.write_text("\n".join([RIGHT, *(line for line, _ in WRONG)]))
    said, errors, _ = api.run(["--strict", "--no-error-summary", "--hide-error-context", str(path)])
    assert errors == ""
    first = RIGHT.count("\n") + 2
    found = {}
    for line in said.splitlines():
        where, _, message = line.partition(": error: ")
        if message:
            number = int(where.rpartition(":")[2]) - first
            found[number] = found.get(number, "") + message
    assert sorted(found) == list(range(len(WRONG))), said
    for number, (line, expected) in enumerate(WRONG):
        assert expected in found[number], line
