"""`booking-sim strategies` as a person and a program use it: what it prints and what it exits with."""

import json
import re

from booking_sim.contract import POINTS
from booking_sim.strategies import catalogue


def test_the_list_can_be_read(run):
    code, out, err = run("strategies")
    assert (code, err) == (0, "")
    for strategy in catalogue():
        assert f"{strategy.name}: {strategy.title}\n  does" in out
        assert " ".join(strategy.costs.split()) in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 100


def test_the_list_as_json_is_one_array_and_nothing_else(run):
    code, out, err = run("strategies", "--json")
    assert (code, err) == (0, "")
    strategies = json.loads(out)
    assert [strategy["name"] for strategy in strategies] == [strategy.name for strategy in catalogue()]
    assert set(strategies[0]) == {"name", "title", "does", "used_by", "costs", "safe", "retry", "path"}


def test_a_file_of_ones_own_that_keeps_the_contract(run, shorter, own):
    code, out, err = run("strategies", "verify", own())
    assert (code, err) == (0, "")
    assert out.count("\n  pass ") == len(POINTS)
    assert "own keeps the contract: 14 points" in out.splitlines()[-1]


def test_the_unsafe_one_sells_tickets_twice_and_the_audit_says_so(run, shorter):
    code, out, err = run("strategies", "verify", "unsafe")
    assert (code, err) == (1, "")
    assert re.search(
        r"^  FAIL      A crowd gets exactly .*\n.*\n +\d+ tickets were given to more than one buyer$", out, re.MULTILINE
    )
    assert re.search(
        r"^  FAIL      After all of this, the audit .*\n +violations: \d+ of one_live_intent", out, re.MULTILINE
    )
    assert re.search(r"^  pass      The five functions", out, re.MULTILINE)
    assert re.search(r"^unsafe breaks the contract in [3-6] of 14 points", out.splitlines()[-1])


def test_a_name_that_is_not_there(run):
    code, out, err = run("strategies", "verify", "nosuch")
    assert (code, out) == (2, "")
    assert err.startswith("booking-sim: There is no strategy 'nosuch': choose default,")
    assert err.count("\n") == 1


def test_a_file_that_does_not_apply(run, own):
    path = own("\ncreate tabel x ();\n")
    code, _, err = run("strategies", "verify", path)
    assert code == 2
    assert err == f'booking-sim: {path}, line 16: syntax error at or near "tabel". Put it right and try again.\n'
