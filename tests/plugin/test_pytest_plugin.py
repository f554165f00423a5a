"""The pytest plugin in a test suite of a user's: what passes, what fails, and with which line."""

from surge_results import result

import booking_sim.pytest
from booking_sim.result.loading import load
from booking_sim.result.thresholds import Threshold

pytest_plugins = ["pytester"]

SUITE = """
    SMALL = {"tickets": 3, "buyers": 9, "workers": 1, "connections": 2}

    def test_passes(surge, booking_database):
        assert surge(**SMALL, require="refused == 6").summary()["held"] == 3

    def test_fails(surge):
        surge(**SMALL, require=["refused == 6", "throughput < 0"])
"""


def test_a_surge_fails_its_test_in_one_line_and_keeps_the_result(pytester, database, monkeypatch):
    monkeypatch.setenv("POSTGRES_URL", database)
    pytester.makepyfile(SUITE)
    done = pytester.inline_run(
        "-p", "booking_sim.pytest", "-p", "no:xdist", "-p", "no:nbval", "--surge-results", "kept"
    )
    passed, _, failed = done.listoutcomes()
    assert [each.nodeid.partition("::")[2] for each in passed] == ["test_passes"]
    (report,) = failed
    (folder,) = (pytester.path / "kept").iterdir()
    line = str(report.longrepr)
    assert line.startswith("throughput < 0 is not met: ")
    assert line.endswith(f"The result is in kept/{folder.name}.")
    assert "\n" not in line
    assert folder.name.endswith("-test_fails")
    assert load(folder).summary()["held"] == 3


def test_what_is_wrong_with_a_run_is_in_the_line():
    wrong = result(partial=True, oversold=3)
    wrong.manifest = wrong.manifest.with_problems(["worker 2 is gone"])
    line = booking_sim.pytest._wrong(wrong, [Threshold.parse("held > 5")])
    assert line.startswith("held > 5 is not met: 1; Partial run, 3 tickets sold twice")
    assert line.endswith("; worker 1 said <b>no</b>; worker 2 is gone.")
    assert booking_sim.pytest._wrong(result(), []) == ""
