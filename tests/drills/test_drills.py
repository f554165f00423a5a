"""Drills end as they must, each with its known answer; and one that does not is named."""

import json
from itertools import islice
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from booking_sim import drill
from booking_sim.cli import cli
from booking_sim.drills import FAULTS, Expected, draw, find_faults
from booking_sim.drills import run as module
from booking_sim.drills.outcome import DrillOutcome, Drills
from booking_sim.errors import SettingError

ONE = "session_terminated"
"""The drill of every run of the tests: each takes a surge of seconds. The others take `-m drill`."""

GOOD = DrillOutcome(fault="one", sentence="It breaks.", expected="survives", seed=1, recovery_s=0.25)
BAD = DrillOutcome(fault="other", sentence="It breaks.", expected="survives", seed=2, failures=["it exited with 3"])


def test_one_ends_as_it_must(tmp_path):
    [outcome] = drill(ONE, out=tmp_path / "out")
    assert outcome.failures == []
    assert outcome.unknown >= 1
    assert (outcome.audit, outcome.proof) == ("passed", "holds")
    assert 0 < outcome.began_s <= outcome.ended_s
    assert outcome.recovery_s >= 0
    assert (tmp_path / "out" / ONE / module.CHART).read_bytes().startswith(b"\x89PNG")


@pytest.mark.drill
@pytest.mark.parametrize("name", [name for name in FAULTS if name != ONE])
def test_every_drill_ends_as_it_must(name, tmp_path):
    [outcome] = drill(name, out=tmp_path)
    assert outcome.failures == []


def test_there_are_negative_controls_and_faults_of_every_kind():
    expected = {fault.expected for fault in FAULTS.values()}
    assert expected == {*Expected}
    assert len(FAULTS) >= 20
    assert all(fault.sentence.endswith(".") for fault in FAULTS.values())


def test_what_is_wrong_is_said(tmp_path):
    outcomes = Drills([GOOD, BAD])
    assert not outcomes.ok
    assert outcomes.headline == "1 of 2 drills ended as they must; not so: other"
    outcomes.write_junit(tmp_path / "drills.xml")
    [failure] = ET.parse(tmp_path / "drills.xml").iter("failure")
    assert failure.attrib["message"] == "it exited with 3"
    outcomes.write_json(tmp_path / "drills.json")
    written = json.loads((tmp_path / "drills.json").read_text())
    assert [each["ok"] for each in written["drills"]] == [True, False]
    assert written["drills"][1]["recovery_s"] is None
    assert '<td class="bad">no</td>' in outcomes._repr_html_()


def test_without_a_name_the_faults_are_listed():
    shown = CliRunner().invoke(cli, ["drill"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in FAULTS)


def test_drawn_faults_are_repeated_by_the_seed_that_is_shown():
    faults = find_faults()
    drawn = [*islice(draw(faults, 5), 40)]
    assert [seed for _, seed in drawn] == [*range(5, 45)]
    assert len({fault.name for fault, _ in drawn}) > 10
    assert next(draw(faults, 17)) == drawn[12]


def test_an_unknown_fault_is_refused_with_the_nearest_name():
    with pytest.raises(SettingError, match="Fault 'worker_kiled' is unknown: did you mean 'worker_killed'"):
        find_faults("worker_kiled")
