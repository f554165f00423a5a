"""Broken versions of the SQL functions are detected by audit or proof, and right ones are not accused.

`-m mutants` tries one or two of each class for a moment, then all of them, for up to a minute each, and writes the table
`docs/mutants.md`, which says who detects what.
"""

from itertools import count
from pathlib import Path

import pytest
from broken import BROKEN, CLASSES
from mutant_stress import Stress
from unusual import UNUSUAL

TABLE = Path(__file__).parents[2] / "docs" / "mutants.md"
LONG_S, SHORT_S = 60.0, 0.6
SOME = (
    "hold_rolled_back",
    "release_not_made",
    "takes_sold_tickets",
    "sold_out_when_half_is",
    "contended_beside_holds",
    "sells_late_and_lies",
    "expired_early",
    "ends_early_and_lies",
    "key_ignored",
    "half_answered",
    "sale_dated_back",
)


def broken_rules(frame):
    return sorted(frame.loc[frame["violations"] > 0, "name"])


def tried(database, mutant, seconds=SHORT_S, seed=1):
    """How many calls were made of a version, and what audit and proof found."""
    stress = Stress(database, seed).run(seconds)
    audited, proof = stress.judge()
    return len(stress.attempts), broken_rules(audited), broken_rules(proof)


@pytest.fixture
def apply(conn):
    """Make a version of the test's database."""
    return lambda mutant: conn.execute(mutant.sql)


def until_detected(database, mutant):
    """Try a version until somebody detects it, or for a minute: after how many calls, and who."""
    calls = spent = 0
    for seed in count(1):
        seconds = min(4.0, 0.5 * 2**seed)
        made, audited, proof = tried(database, mutant, seconds, seed)
        calls, spent = calls + made, spent + seconds
        if audited or proof or spent > LONG_S:
            break
    return calls, audited, proof


@pytest.mark.mutants
@pytest.mark.parametrize("name", SOME)
def test_a_broken_version_is_detected(database, apply, name):
    apply(BROKEN[name])
    calls = 0
    for seed in count(1):  # a busy machine makes few calls in a short time
        made, audited, proof = tried(database, BROKEN[name], SHORT_S, seed)
        calls += made
        if proof or calls > 2000:
            break
    assert proof, f"nothing was found in {calls} calls; the audit: {audited}"


@pytest.mark.mutants
@pytest.mark.parametrize("name", ["often_contended", "answered_backwards"])
def test_an_unusual_version_is_not_accused(database, apply, name):
    apply(UNUSUAL[name])
    assert tried(database, UNUSUAL[name])[1:] == ([], [])


def test_there_are_many_of_each_class():
    assert len(BROKEN) >= 60
    assert len(UNUSUAL) >= 10
    assert all(len(mutants) >= 3 for mutants in CLASSES.values())


@pytest.mark.mutants
@pytest.mark.parametrize("name", UNUSUAL)
def test_no_unusual_version_is_accused(database, apply, name):
    apply(UNUSUAL[name])
    assert tried(database, UNUSUAL[name], 5.0)[1:] == ([], [])


@pytest.mark.mutants
@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_version_is_detected(database, apply, name, table):
    apply(BROKEN[name])
    table[name] = until_detected(database, BROKEN[name])
    assert any(table[name][1:])


@pytest.fixture(scope="module")
def table():
    """Who detected what, by the name of the version; written down at the end if it is complete."""
    found = {}
    yield found
    if set(found) == set(BROKEN):
        TABLE.write_text(page(found), encoding="utf-8")


def page(found):
    """The table as a page."""
    lines = [
        "# Broken versions of the SQL functions, and who detects them",
        "",
        "Written by `uv run pytest -n 0 -m mutants tests/mutants`. Each version is a patch of a few lines in"
        " `tests/mutants/broken.py`. Many sessions call it until audit or proof finds something, for a minute at most."
        " *Calls* says after how many it was found.",
        "",
        "| class | what it does | audit | proof | calls |",
        "|---|---|---|---|--:|",
    ]
    for name, (calls, audited, proof) in found.items():
        mutant = BROKEN[name]
        rules = (", ".join(f"`{rule}`" for rule in each) or "none" for each in (audited, proof))
        lines.append(f"| {mutant.kind} | {mutant.sentence} | {' | '.join(rules)} | {calls:,} |")
    lines += [
        "",
        "## How many of each class",
        "",
        "| class | versions | found by the audit | found by the proof | calls, at most |",
        "|---|--:|--:|--:|--:|",
        *(row(kind, [found[name] for name in mutants if name in found]) for kind, mutants in CLASSES.items()),
        row("all", [*found.values()]),
        "",
    ]
    return "\n".join(lines)


def row(kind, outcomes):
    """The table's row on some versions."""
    audits = sum(bool(audited) for _, audited, _ in outcomes)
    proofs = sum(bool(proof) for *_, proof in outcomes)
    return f"| {kind} | {len(outcomes)} | {audits} | {proofs} | {max(calls for calls, *_ in outcomes):,} |"
