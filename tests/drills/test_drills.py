"""Drills end as they must, each with its known answer; and one that does not is named."""

import json
import os
import subprocess
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from xml.etree import ElementTree as ET

import click
import psutil
import psycopg
import pytest
from click.testing import CliRunner

from booking_sim import drill, drills
from booking_sim.cli import cli
from booking_sim.drills import FAULTS, Expected, clock, draw, find_faults, small_disk
from booking_sim.drills import run as module
from booking_sim.drills.fault import NotShown
from booking_sim.drills.outcome import DrillOutcome, Drills
from booking_sim.drills.server import DrillServer
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.result.folder import MANIFEST

ONE = "session_terminated"
"""The drill of every run of the tests: each takes a surge of seconds. The others take `-m drill`."""

GOOD = DrillOutcome(fault="one", sentence="It breaks.", expected="survives", seed=1, recovery_s=0.25)
MISSING = DrillOutcome(fault="third", sentence="It breaks.", expected="survives", seed=1, not_shown="no disk")
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
    if outcome.not_shown:
        pytest.skip(f"not shown here: {outcome.not_shown}")


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


def test_a_fault_that_cannot_be_made_here_is_not_shown_and_no_failure(tmp_path):
    outcomes = Drills([GOOD, MISSING])
    assert outcomes.ok
    assert outcomes.headline == "1 of 1 drills ended as they must; not shown here: third"
    outcomes.write_junit(tmp_path / "drills.xml")
    suite = ET.parse(tmp_path / "drills.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "1")
    assert [skipped.get("message") for skipped in suite.iter("skipped")] == ["not shown here: no disk"]
    assert outcomes.to_dict()["drills"][1]["not_shown"] == "no disk"
    assert "It breaks. Not shown here: no disk." in outcomes._repr_html_()


class NoServer(AbstractContextManager):
    """Stands for the server of drills that never call it."""

    url = ""

    def __exit__(self, *_):
        pass

    def renew(self):
        pass

    revive = renew


@pytest.fixture
def no_surges(monkeypatch):
    """Drills without a server, whose surge is a program that ends."""

    @contextmanager
    def ended(*_, **__):
        with subprocess.Popen(["true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            yield process

    monkeypatch.setattr(drills, "DrillServer", NoServer)
    monkeypatch.setattr(module, "Proxy", lambda _: nullcontext(NoServer()))
    monkeypatch.setattr(module, "surge_process", ended)
    monkeypatch.setattr(module, "_begin", lambda _: [])
    monkeypatch.setattr(module, "_left_behind", lambda *_: [])
    monkeypatch.setattr(module, "_judge", lambda outcome, *_: outcome)


def plant(monkeypatch, name, error):
    """Make a fault that raises an error, or none."""

    def inject(_):
        if error is not None:
            raise error
        yield

    made = replace(FAULTS["vacuum_full"], name=name, inject=contextmanager(inject))
    monkeypatch.setitem(FAULTS, name, made)


@pytest.mark.parametrize(
    "error",
    [
        BookingSimError("nobody waits"),
        psycopg.OperationalError("nobody waits"),
        psutil.NoSuchProcess(1, msg="nobody waits"),
        subprocess.TimeoutExpired("nobody waits", 1),
        OSError("nobody waits"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.usefixtures("no_surges")
def test_a_fault_that_cannot_be_made_fails_alone(monkeypatch, tmp_path, error):
    plant(monkeypatch, "impossible", error)
    plant(monkeypatch, "possible", None)
    shown = CliRunner().invoke(cli, ["drill", "impossible", "possible", "--json", "--out", str(tmp_path / "out")])
    assert shown.exit_code == 1
    first, second = json.loads(shown.output)["drills"]
    assert [problem.partition(": ")[0] for problem in first["failures"]] == ["the fault was not made"]
    assert "nobody waits" in first["failures"][0]
    assert second["ok"]


@pytest.mark.usefixtures("no_surges")
def test_what_is_not_shown_here_is_said_once_and_the_others_go_on(monkeypatch, tmp_path):
    plant(monkeypatch, "third", NotShown("no disk"))
    plant(monkeypatch, "possible", None)
    shown = CliRunner().invoke(cli, ["drill", "third", "possible", "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0
    assert "Not shown here: no disk." in shown.output
    drawn = [outcome.fault for outcome in drill("third", duration=timedelta(minutes=1), out=tmp_path)]
    assert drawn.count("third") == 1
    assert drawn[-1] == "third"


def test_without_its_library_the_clock_is_not_set(monkeypatch):
    monkeypatch.setattr(clock, "_FOLDERS", ())
    with pytest.raises(NotShown, match="libfaketime"), clock.settable_clock():
        pass


def test_who_may_not_mount_has_no_small_disk(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotShown, match="only root can do that"), small_disk.small_disk():
        pass


def test_a_combination_is_what_comes_of_all_its_faults():
    [fault] = find_faults("rows_locked+answers_lost+worker_killed")
    assert fault.sentence.endswith("Then: A worker is killed.")
    assert fault.expected is Expected.STOPS
    assert (fault.statuses, fault.says) == ((1,), "was killed by signal 9")
    assert fault.is_through_proxy
    assert fault.times == 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("worker_killed+rows_locked", "'worker_killed' can only be the last"),
        ("observer_killed+observer_stopped", "'observer_killed' can only be the last"),
        ("rows_locked+sale_lost", "'sale_lost' can only be alone"),
        ("rows_locked+disk_full", "'disk_full' can only be alone"),
        ("rows_locked+", "Fault '' is unknown"),
    ],
)
def test_what_cannot_be_combined_is_refused(name, why):
    with pytest.raises(SettingError, match=why):
        find_faults(name)


def test_without_a_name_the_faults_are_listed():
    shown = CliRunner().invoke(cli, ["drill"])
    assert shown.exit_code == 0
    assert all(name in shown.output for name in FAULTS)


def test_as_json_the_list_is_json():
    shown = CliRunner().invoke(cli, ["drill", "--json"])
    assert [row["fault"] for row in json.loads(shown.output)["faults"]] == [*FAULTS]


@pytest.mark.usefixtures("no_surges")
def test_what_is_known_is_kept_when_the_drills_are_interrupted(monkeypatch, tmp_path):
    plant(monkeypatch, "possible", None)
    plant(monkeypatch, "endless", KeyboardInterrupt())
    words = ["drill", "possible", "endless", "--out", str(tmp_path), "--junit", str(tmp_path / "drills.xml")]
    with pytest.raises(click.Abort):
        cli.main(words, standalone_mode=False)
    [kept] = json.loads((tmp_path / "drills.json").read_text())["drills"]
    assert kept["fault"] == "possible"
    assert ET.parse(tmp_path / "drills.xml").getroot().get("tests") == "1"


@pytest.mark.usefixtures("no_surges")
def test_however_short_the_time_one_fault_is_tried(monkeypatch, tmp_path):
    plant(monkeypatch, "possible", None)
    assert len(drill("possible", duration=timedelta(microseconds=1), out=tmp_path)) == 1


@pytest.mark.usefixtures("no_surges")
def test_results_of_earlier_drills_are_kept(tmp_path):
    (tmp_path / "vacuum_full").mkdir()
    (tmp_path / "vacuum_full" / MANIFEST).touch()
    with pytest.raises(BookingSimError, match="contains results, which are kept"):
        drill("vacuum_full", out=tmp_path)


def test_a_process_of_the_server_may_end_meanwhile(monkeypatch):
    with subprocess.Popen(["true"]) as ended:
        process = psutil.Process(ended.pid)
    server = DrillServer()
    monkeypatch.setattr(server, "processes", lambda: [process])
    server.suspend()
    server.resume()
    server.kill()


@pytest.mark.parametrize("words", [["--out", "/dev/null/drills"], ["--for", "0s"]])
@pytest.mark.usefixtures("no_surges")
def test_what_could_try_nothing_or_keep_nothing_is_refused(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BookingSimError, match=r"Cannot write|longer than 0"):
        cli.main(["drill", "vacuum_full", *words], standalone_mode=False)


def test_drawn_faults_are_repeated_by_the_seed_that_is_shown():
    faults = find_faults()
    drawn = [*islice(draw(faults, 5), 40)]
    assert [seed for _, seed in drawn] == [*range(5, 45)]
    assert len({fault.name for fault, _ in drawn}) > 10
    again, seed = next(draw(faults, 17))
    assert (again.name, seed) == (drawn[12][0].name, 17)
    combined = [fault for fault, _ in drawn if "+" in fault.name]
    assert 0 < len(combined) < 20
    assert [find_faults(fault.name)[0].sentence for fault in combined] == [fault.sentence for fault in combined]


def test_an_unknown_fault_is_refused_with_the_nearest_name():
    with pytest.raises(SettingError, match="Fault 'worker_kiled' is unknown: did you mean 'worker_killed'"):
        find_faults("worker_kiled")
