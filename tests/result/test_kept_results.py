"""Results that are kept: found by name and tags, removed when they are too many, compared."""

import json
import shutil
from dataclasses import replace

import pytest
from surge_results import attempt_rows, call, result

from booking_sim.errors import ResultNotFound, SettingError
from booking_sim.result.beginning import begin
from booking_sim.result.folder import reserve_dir
from booking_sim.result.loading import load
from booking_sim.result.thresholds import Threshold


def keep(folder, hour, name="", rows=None, **tags):
    kept = result(rows=rows)
    kept.manifest = replace(kept.manifest, started_at=f"2026-01-01T{hour:02}:00:00+00:00", name=name, tags=tags)
    return kept.save(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Results that the tests take copies of, since saving one draws its chart."""
    folder = tmp_path_factory.mktemp("made")
    results = folder / "kept" / "results"
    keep(results / "c", 1, "baseline", branch="main")
    keep(results / "a", 2, "baseline", branch="fix")
    keep(results / "b", 3)
    unfinished = result()
    begin(reserve_dir(results / "d"), unfinished.scenario, unfinished.manifest)
    for number, noise in enumerate([1.0, 1.01, 0.99]):
        keep(folder / "two_sides" / "before" / f"{number}", number, rows=slower(noise))
        keep(folder / "two_sides" / "after" / f"{number}", number, rows=slower(2 * noise))
    return folder


@pytest.fixture
def kept(made, tmp_path):
    """Three results, the oldest last by name, and one that did not end."""
    shutil.copytree(made / "kept", tmp_path, dirs_exist_ok=True)
    return tmp_path / "results"


@pytest.fixture
def two_sides(made, tmp_path):
    """Three runs each; those after take twice as long."""
    shutil.copytree(made / "two_sides", tmp_path, dirs_exist_ok=True)


def slower(factor):
    return [call(buyer, 1, 0.1 * buyer, factor * (4.0 + buyer), "sold_out") for buyer in range(4)]


def test_results_are_listed_the_newest_first(run, kept):
    status, out, _ = run("results")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines() if line.startswith("results/")] == [
        "results/d",
        "results/b",
        "results/a",
        "results/c",
    ]
    assert "results/a  surge  2026-01-01 02:00:00  baseline  branch=fix\n  The audit failed: " not in out
    assert "results/a  surge  2026-01-01 02:00:00  baseline  branch=fix\n  " in out
    assert "it did not end: it was killed, or is still at work" in out


@pytest.mark.parametrize(
    ("choice", "folders"),
    [
        (["--name", "baseline"], ["results/a", "results/c"]),
        (["--tag", "branch=fix"], ["results/a"]),
        (["--name", "baseline", "--tag", "branch=main"], ["results/c"]),
        (["--tag", "branch=other"], []),
        (["--in", "nowhere"], []),
    ],
)
def test_a_result_is_found_by_its_name_and_tags(run, kept, choice, folders):
    status, out, _ = run("results", "--json", *choice)
    assert status == 0
    assert [each["folder"] for each in json.loads(out)] == folders


def test_what_is_not_a_tag_is_refused(run):
    status, _, err = run("results", "--tag", "main")
    assert status == 2
    assert "'main' is invalid: expected KEY=VALUE, such as branch=main." in err


def test_old_results_are_removed(run, kept):
    (kept / "a" / "notes.txt").write_text("mine")
    status, out, _ = run("results", "prune", "--keep", 1, "--dry-run")
    assert (status, {path.name for path in kept.iterdir()}) == (0, {"a", "b", "c", "d"})
    assert out.splitlines()[-1].startswith("2 of 4 results would be removed, 0.")
    _, out, _ = run("results", "prune", "--keep", 1)
    assert {path.name for path in kept.iterdir()} == {"a", "b", "d"}
    assert [path.name for path in (kept / "a").iterdir()] == ["notes.txt"]
    assert "The folder stays, since it also has notes.txt." in out
    assert out.splitlines()[-1].endswith(" 1 did not end, and stay.")
    assert load(kept / "b").summary()["attempts"] == 4


def test_only_results_that_are_chosen_are_removed(run, kept):
    run("results", "prune", "--keep", 0, "--tag", "branch=main")
    assert {path.name for path in kept.iterdir()} == {"a", "b", "d"}


def test_a_folder_of_results_offers_the_newest(kept):
    with pytest.raises(ResultNotFound, match=r"is a folder of results: name one of them, such as the newest, '.*/d'"):
        load(kept)


def test_repeats_are_compared_with_intervals(run, two_sides, tmp_path):
    status, out, _ = run("diff", "before", "after", "--chart", "a.png")
    assert status == 0
    assert "3 runs before, 3 runs after." in out
    assert "p99_ms is 2 times as before" in out
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("folders", "requirement", "status"),
    [
        (["before", "after"], "p99_ms ratio < 1.1", 1),
        (["before", "after"], "p99_ms ratio < 2", 0),
        (["after", "before"], "p99_ms ratio < 1.1", 0),
        (["before", "before"], "p99_ms ratio < 1", 0),
        (["before/0", "after/0"], "p99_ms ratio < 1.99", 1),
        (["before/0", "before/1", "after/0", "after/1"], "p50_ms{call=reserve} ratio > 1.5", 0),
    ],
)
def test_a_ratio_is_required(run, two_sides, folders, requirement, status):
    """One with an interval fails only if the whole interval does."""
    got, out, _ = run("diff", *folders, "--require", requirement)
    assert got == status
    assert f"{1 - status} of 1 requirements are met." in out


def test_a_difference_as_markdown_and_json(run, two_sides):
    _, out, _ = run("diff", "before", "after", "--markdown", "--require", "p99_ms ratio < 1.1")
    assert "| metric | before | after | ratio | 95 % interval |  |\n| --- | ---: |" in out
    assert "- **not met**: `p99_ms ratio < 1.1`, measured 2 (" in out
    _, out, _ = run("diff", "before/0", "after/0", "--json", "--require", "p99_ms ratio < 1.1")
    found = json.loads(out)
    assert found["failed"] == ["p99_ms ratio < 1.1"]
    assert found["metrics"]["p99_ms"]["ratio"] == pytest.approx(2)
    assert found["metrics"]["p99_ms"]["low"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["before/0", "after/0", "after/1"], "3 folders are not as many before as after"),
        (["before", "after", "--require", "p99_ms < 5"], "'p99_ms < 5' is not about a ratio"),
        (["before", "nowhere"], "'nowhere' contains no result that can be read"),
        (["before", "after", "--chart", "no/a.png"], "Cannot draw 'no/a.png'"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(run, two_sides, arguments, words):
    status, _, err = run("diff", *arguments)
    assert status == 2
    assert err.startswith(f"booking-sim: {words}")


def test_what_else_differs_is_named(run, tmp_path):
    keep(tmp_path / "before", 1)
    other = result(rows=attempt_rows())
    other.scenario = other.scenario.replace(connections=8)
    other.manifest = replace(other.manifest, strategy={"file": "default.sql", "sha256": "1"})
    other.save(tmp_path / "after")
    _, out, _ = run("diff", "before", "after")
    assert "differ in connections: 2, then 8." in out
    assert "differ in strategy contents: 0, then 1." in out


def test_the_ratio_is_part_of_a_requirement():
    threshold = Threshold.parse("p99_ms{kind=fan}[1s:] ratio <= 1.5")
    assert (threshold.is_ratio, threshold.metric, threshold.limit) == (True, "p99_ms", 1.5)
    assert not Threshold.parse("p99_ms <= 1.5").is_ratio
    with pytest.raises(SettingError, match="expected a metric"):
        Threshold.parse("p99_ms ratios < 1")
