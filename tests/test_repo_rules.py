"""Promises about the files themselves, which no other test would see broken."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUERIES = sorted(path.relative_to(ROOT) for path in (ROOT / "sql").rglob("*.sql"))
MODULES = sorted(path.relative_to(ROOT) for path in (ROOT / "booking_sim").rglob("*.py"))


def test_no_lock_file_is_tracked():
    tracked = subprocess.run(["git", "-C", ROOT, "ls-files"], check=True, capture_output=True, text=True).stdout
    assert not re.findall(r"^(?:.*/)?(?:uv\.lock|pylock.*\.toml|.*requirements.*\.txt)$", tracked, re.MULTILINE)


@pytest.mark.parametrize("path", QUERIES, ids=str)
def test_sql_says_first_what_it_is_for(path):
    assert re.match(r"-- \w", (ROOT / path).read_text())


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_says_first_why_it_exists(path):
    assert re.match(r'r?"""[\w`]', (ROOT / path).read_text())


@pytest.mark.parametrize("path", ["README.md", "CHANGELOG.md"])
def test_nothing_is_left_to_be_filled_in(path):
    assert not re.findall(r"@@\w*|\bTODO\b|\bTBD\b", (ROOT / path).read_text())


def test_the_changelog_has_room_for_the_next_change():
    assert re.search(r"^## Unreleased$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_each_rule_switched_off_has_its_reason_beside_it():
    lint = (ROOT / "pyproject.toml").read_text().split("[tool.ruff.lint]")[1].split("\n[tool.ruff.lint.pydocstyle]")[0]
    switched_off = [line for line in lint.splitlines() if re.match(r'\s+"|"notebooks', line)]
    assert len(switched_off) > 5
    assert [line for line in switched_off if not re.search(r"# \w", line)] == []


OLD_TERMS = {
    r"wish(es)?|calls_wanted|wanted_at": "request, queued_at",
    r"dice": "rng, draws",
    r"crew|hiring|doors|knock": "Workers, WorkerLauncher, Rendezvous, connect",
    r"strays|comb|lap|dispenser|leftovers": "the standard terms of the reservation",
    r"duel|rig": "baseline",
    r"sight|sightings|checkup": "probe, observations, diagnosis, visibility",
    r"will not do": "is invalid: expected ...",
    r"every so many(-th)?": "every N-th",
    r"of one's own": "your own",
    r"who asks": "a main clause",
    r"second wall": "constraints",
    r"one row an? (?!time)": "one row per ...",
    r"nor is (it|he|she)": "and not ...",
    r"(?<!there )is no (?!longer|more than|success)": "is not a ...",
    r"told": "answered, reported, known",
    r"looks?|looked|looking": "check, search, read",
    r"crowds?": "buyers, sessions, stress test",
    r"hands": "sessions of a buyer; gives",
    r"figures(?! and picks)": "metrics, counts; a Figure of matplotlib is meant by its name",
    r"the floor|floors": "baseline",
    r"walk(s|ed|ing)? past|step(s|ped|ping)? over": "skip",
    r"nothing (of yours|that is there|in it|in that) is touched": "your data is not changed",
    r"there is no (setting|scenario|strategy|phase|system|role|event|metric|kind|parameter) ['{]": "unknown",
}
"""Terms that are gone from code, SQL, tests and docs, and what is said instead."""


WRITTEN = {".py", ".js", ".html", ".css", ".sql", ".md", ".ipynb"}


def written(path):
    """The text of a file; of a notebook, that of its cells without their outputs."""
    text = path.read_text()
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return text


TEXTS = {
    path: written(path)
    for folder in ("booking_sim", "sql", "tests", "docs", "notebooks")
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / folder).rglob("*")]
    if path.suffix in WRITTEN and path != Path(__file__) and not {"_build", "tutorials"} & {*path.parts}
}


@pytest.mark.parametrize("old", OLD_TERMS)
def test_old_terms_do_not_come_back(old):
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path, text in TEXTS.items()
        for line in text.splitlines()
        if re.search(rf"\b({old})\b", line, re.IGNORECASE)
    ]
    assert found == [], f"say {OLD_TERMS[old]}"


def test_no_two_test_files_have_one_name():
    """They are no packages: pytest refuses the second of a name, where it collects both in one process."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted({*names})


def test_tests_end_no_sessions_of_other_tests():
    """All workers of a test run share the server."""
    ends = re.compile(r"pg_(?:terminate|cancel)_backend\(pid[^;]*?pg_stat_activity.{0,400}", re.DOTALL)
    found = {
        str(path.relative_to(ROOT))
        for path, text in TEXTS.items()
        for match in ends.finditer(text)
        if path.is_relative_to(ROOT / "tests") and "datname = current_database()" not in match[0]
    }
    assert found == {"tests/database/test_scratch.py", "tests/load_generator/test_evidence.py"}, (
        "those name one session"
    )
