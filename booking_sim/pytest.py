"""A pytest plugin: a scratch database per test, and surges that fail their test and keep the result when they do.

Load it in a conftest.py with `pytest_plugins = ["booking_sim.pytest"]`, or with `pytest -p booking_sim.pytest`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from booking_sim.database import open_server
from booking_sim.database.scratch import scratch_database
from booking_sim.load_generator.run import surge as run_surge
from booking_sim.result.result import SurgeResult
from booking_sim.result.thresholds import Threshold, judge, with_defaults
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario

Surge = Callable[..., SurgeResult]

_OPTION = "--surge-results"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says where results of failed tests are kept."""
    parser.getgroup("booking-sim").addoption(
        _OPTION, metavar="DIR", default="results", help="Where results of surges that failed are kept (results)."
    )


@pytest.fixture(scope="session")
def booking_server() -> Iterator[str]:
    """The URL of the server: POSTGRES_URL, the PG* variables, or the embedded PostgreSQL."""
    with open_server() as server:
        yield server.url


@pytest.fixture
def booking_database(booking_server: str) -> Iterator[str]:
    """The URL of a migrated scratch database of the test's own, dropped after it."""
    with scratch_database(booking_server) as url:
        yield url


@pytest.fixture
def surge(booking_database: str, request: pytest.FixtureRequest) -> Surge:
    """`booking_sim.surge` on the test's scratch database; the test fails unless all is as required.

    `surge(scenario, require=["p99_ms < 200"], **settings)` takes requirements as `booking-sim surge --require` does,
    and all else as `booking_sim.surge`. It fails the test, in one line, if the run is partial, audit or proof found
    anything wrong, or a requirement is not met; the result is kept then.
    """

    def surge(
        scenario: Scenario | str | Path | None = None, *, require: str | Sequence[str] = (), **settings: Any
    ) -> SurgeResult:
        texts = [require] if isinstance(require, str) else require
        thresholds = with_defaults([Threshold.parse(text) for text in texts])
        own = {name: settings.pop(name) for name in [*settings] if name not in Scenario.names()}
        chosen = make_scenario(scenario, settings)
        for threshold in thresholds:
            threshold.check(chosen)
        result = run_surge(chosen, url=booking_database, **{"progress": False, **own})
        if wrong := _wrong(result, thresholds):
            folder = result.save(_folder(Path(request.config.getoption(_OPTION)), request.node.name))
            pytest.fail(f"{wrong} The result is in {folder}.", pytrace=False)
        return result

    return surge


def _wrong(result: SurgeResult, thresholds: Sequence[Threshold]) -> str:
    """What is not as it must be, in one line; empty if all is well."""
    failed = [each for each in judge(result, thresholds) if not each.is_met]
    found = [f"{each.threshold.text} is not met: {each}" for each in failed]
    found += [] if result.ok else [result.headline, *result.manifest.problems]
    return "; ".join(found) + "." if found else ""


def _folder(parent: Path, test: str) -> Path:
    """A folder that is named after the time and the test."""
    name = re.sub(r"[^\w.=-]+", "_", test)
    return parent / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{name}"
