"""Named queries: found by area and name, each with a comment, none twice; and files that are still files."""

import re

import pytest

from booking_sim import queries
from booking_sim.resources import SQL

AREAS = [path.stem for path in SQL.glob("*.sql") if "-- name: " in path.read_text(encoding="utf-8")]
NAMES = [f"{area}/{name}" for area in AREAS for name in queries._queries(area)]


def test_a_named_query_is_its_part_of_the_file_and_no_more():
    text = queries.load("calls/confirm")
    assert text.startswith("-- ")
    assert text.endswith("select booking.confirm(%(intent_id)s, %(user_id)s)\n")
    assert queries.describe("calls/confirm") == text.splitlines()[0].removeprefix("-- ")


def test_a_query_that_fills_a_file_is_found_beside_the_named_ones():
    assert queries.load("audit/capacity") == (SQL / "audit" / "capacity.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["calls/no_such", "no_such/confirm"])
def test_a_query_that_is_not_there_is_an_error(name):
    with pytest.raises(FileNotFoundError):
        queries.load(name)


@pytest.mark.parametrize("area", AREAS)
def test_no_name_is_there_twice(area):
    text = (SQL / f"{area}.sql").read_text(encoding="utf-8")
    names = re.findall(r"^-- name: (.*)$", text, re.MULTILINE)
    assert names
    assert len(names) == len({*names})
    assert not [name for name in names if (SQL / area / f"{name}.sql").exists()]


@pytest.mark.parametrize("name", NAMES)
def test_a_named_query_says_what_it_is_for(name):
    assert queries.describe(name)


def test_no_query_has_a_file_of_its_own_without_need():
    small = [path for path in SQL.rglob("*.sql") if len(path.read_text(encoding="utf-8").splitlines()) <= 4]
    assert small == [SQL / "embedded.sql"]
