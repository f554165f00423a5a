"""The catalogue: what is in it, what each file says of itself, and that each keeps the contract or is caught."""

from datetime import timedelta
from pathlib import Path

import pytest

from booking_sim.booking import create_event, reserve
from booking_sim.contract import POINTS, kept, verify
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.models import Outcome
from booking_sim.strategies import catalogue, find
from booking_sim.strategies.applying import scratch

NAMES = [
    "default",
    "advisory",
    "blocking",
    "buckets",
    "counter",
    "nowait",
    "optimistic",
    "random_start",
    "serializable",
    "skip_locked",
    "unordered",
    "unsafe",
]
WAIT = {"advisory", "blocking", "counter", "optimistic", "serializable"}


def test_what_is_in_the_catalogue():
    assert [strategy.name for strategy in catalogue()] == NAMES
    assert [strategy.name for strategy in catalogue() if not strategy.safe] == ["unsafe"]
    assert {strategy.name: strategy.retry for strategy in catalogue() if strategy.retry} == {
        "blocking": ("40P01",),
        "optimistic": ("40P01",),
        "serializable": ("40001", "40P01"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_file_says_what_it_does_who_uses_it_and_what_it_costs(name):
    strategy = find(name)
    assert strategy.title[0].isupper()
    for text in (strategy.does, strategy.used_by, strategy.costs):
        assert text.endswith(".")
        assert "  " not in text


@pytest.mark.core
@pytest.mark.parametrize("name", NAMES)
def test_a_strategy_reserves_all_there_is(server, name):
    with scratch(server.url, find(name)) as url, connect(url) as connection:
        event_id = create_event(connection, "small", 7)
        answers = [reserve(connection, event_id, "ann", quantity) for quantity in (3, 3, 2, 1, 1)]
        outcomes = [answer.outcome for answer in answers]
        assert outcomes == [Outcome.HELD, Outcome.HELD, Outcome.SOLD_OUT, Outcome.HELD, Outcome.SOLD_OUT]
        assert sorted(ticket for answer in answers for ticket in answer.ticket_nos) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("name", NAMES[:-1])
def test_a_strategy_keeps_the_contract(server, shorter, name):
    findings = [*verify(find(name), server.url, stress_for=timedelta(seconds=0.5))]
    assert [finding.point for finding in findings] == [point.name for point in POINTS]
    assert {finding.point: finding.problem for finding in findings if finding.verdict == "FAIL"} == {}
    assert kept(findings)
    noted = {finding.point for finding in findings if finding.verdict == "note"}
    assert ("never_waits" in noted) == (name in WAIT | {"nowait"})  # nowait gives up instead of waiting
    if name in WAIT:
        assert "crossing_transactions" in noted


def test_an_unknown_name_gets_the_options():
    with pytest.raises(
        BookingSimError,
        match=r"Strategy 'skiplocked' is unknown, and not the path of an \.sql file: did you mean 'skip_locked'\?$",
    ):
        find("skiplocked")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.sql", None, "No such file"),
        ("folder.sql", "folder", "Is a directory"),
        ("latin.sql", b"-- caf\xe9", "Expected text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path, name, content, reason):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content:
        path.write_bytes(content)
    with pytest.raises(BookingSimError, match=rf"Cannot read the strategy .*{name}'?: .*{reason}"):
        find(path)


def test_a_file_without_a_comment_is_called_by_its_name(own):
    strategy = find(str(own()))
    assert (strategy.name, strategy.title, strategy.does, strategy.safe, strategy.retry) == ("own", "own", "", True, ())
    assert strategy.path == Path(own())
