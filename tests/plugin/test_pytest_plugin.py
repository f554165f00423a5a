"""The pytest plugin in a test suite of a user's: what passes, what fails, and with which line."""

from booking_sim.result.loading import load

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


def test_what_is_wrong_with_a_run_is_in_the_line(pytester, database, monkeypatch):
    """The strategy sells twice, and nothing was required."""
    monkeypatch.setenv("POSTGRES_URL", database)
    pytester.makepyfile("""
        def test_fails(surge):
            surge(tickets=3, buyers=60, workers=1, connections=8, strategy="unsafe", depth_every=0)
    """)
    done = pytester.inline_run("-p", "booking_sim.pytest", "-p", "no:xdist", "-p", "no:nbval")
    _, _, (report,) = done.listoutcomes()
    assert "sold twice" in str(report.longrepr)
