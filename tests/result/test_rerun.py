"""A run is repeated from its manifest, beside the first one."""

from booking_sim.result.loading import load

SMALL = ("surge", "--tickets", 5, "--buyers", 20, "--connections", 2, "--workers", 1)


def test_a_run_is_repeated_and_what_differs_is_named(run, tmp_path):
    assert run(*SMALL, "--out", "first", "--name", "old", "--tag", "a=b", "--seed", 7)[0] == 0
    status, out, _ = run("rerun", "first", "--out", "second", "--require", "p99_ms ratio < 1000")
    assert status == 0
    assert "1 run before, 1 run after. No interval" in out
    assert "2 of 2 requirements are met." in out
    first, second = load(tmp_path / "first"), load(tmp_path / "second")
    assert second.scenario == first.scenario
    assert (first.manifest.name, first.manifest.tags) == ("old", {"a": "b"})
    assert (second.manifest.name, second.manifest.tags) == ("old", {})


def test_a_ratio_needs_something_to_compare_with(run):
    status, _, err = run(*SMALL, "--require", "p99_ms ratio < 2")
    assert status == 2
    assert err == "booking-sim: 'p99_ms ratio < 2' needs a run to compare with: give --compare-with too.\n"
