"""`booking-sim strategies` as a person and a program use it: what it prints and what it exits with."""

import json
import re
import signal
from time import monotonic, sleep

import pytest
from click.testing import CliRunner
from program import SECONDS
from psycopg.conninfo import make_conninfo
from psycopg.errors import UndefinedTable

from booking_sim.cli import cli
from booking_sim.contract import POINTS, Confidence, stress
from booking_sim.database import connect
from booking_sim.strategies import catalogue, find


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


def test_a_users_file_that_keeps_the_contract(run, shorter, own):
    code, out, err = run("strategies", "verify", own(), "--for", "500ms")
    assert (code, err) == (0, "")
    assert out.count("\n  pass ") == len(POINTS)
    checked, sure = out.splitlines()[-2:]
    counts = re.fullmatch(
        r"own keeps the contract: 16 required points, 2 noted; "
        r"([\d,]+) claims in all, ([\d,]+) of them in the stress tests \([\d.]+ s\)\.",
        checked,
    )
    claims, under_stress = (int(count.replace(",", "")) for count in counts.groups())
    assert claims > under_stress > 20
    assert sure == f"The stress tests saw {Confidence(under_stress)}."


def test_the_unsafe_one_sells_tickets_twice_and_the_audit_says_so(run, shorter):
    code, out, err = run("strategies", "verify", "unsafe")
    assert (code, err) == (1, "")
    assert re.search(
        r"^  FAIL      Buyers at once get exactly .*\n.*\n +\d+ tickets were given to more than one buyer$",
        out,
        re.MULTILINE,
    )
    assert re.search(
        r"^  FAIL      However long .*\n.*\n +ticket \d+ of event \d+ has two holders: intent", out, re.MULTILINE
    )
    assert re.search(
        r"^  FAIL      After all of this, the audit .*\n +violations: \d+ of one_live_intent", out, re.MULTILINE
    )
    assert re.search(r"^  pass      The five functions", out, re.MULTILINE)
    assert re.search(r"^unsafe breaks the contract in [3-8] of 16 required points, 2 noted; \d", out.splitlines()[-1])
    assert "confidence" not in out


@pytest.mark.parametrize(("strategy", "kept"), [("skip_locked", True), ("unsafe", False)])
def test_the_verdict_for_a_program(run, shorter, strategy, kept):
    code, out, err = run("strategies", "verify", strategy, "--for", "500ms", "--json")
    assert (code, err) == (not kept, "")
    verdict = json.loads(out)
    results = verdict.pop("results")
    assert [result["point"] for result in results] == [point.name for point in POINTS]
    assert set(results[0]) == {"point", "sentence", "required", "problem", "seconds", "claims", "verdict"}
    assert any(result["verdict"] == "FAIL" for result in results) == (not kept)
    under_stress = sum(result["claims"] for result in results if result["point"] in {"one_holder", "proved"})
    assert verdict == {
        "strategy": strategy,
        "kept": kept,
        "interrupted": False,
        "claims": sum(result["claims"] for result in results),
        "confidence": Confidence(under_stress).to_dict() if kept else None,
    }


def claims_of_the_long_stress_test(server, scratches):
    """Count the claims of the first stress test, whose events alone have its capacity; None without a database."""
    for name in scratches:
        try:
            with connect(make_conninfo(server.url, dbname=name)) as connection:
                query = (
                    "select count(*) from booking.booking_intents as i join booking.events as e on e.id = i.event_id"
                    " where e.capacity = %s"
                )
                return connection.execute(query, [stress.CLAIMING.capacity]).fetchone()[0]
        except UndefinedTable:  # it is being migrated
            return None
    return None


@pytest.mark.parametrize(("number", "as_json"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_an_interrupt_ends_the_stress_test_with_a_partial_verdict(start, server, own, number, as_json):
    process = start("strategies", "verify", own(), "--for", "1h", *["--json"] * as_json)
    until = monotonic() + SECONDS
    while not claims_of_the_long_stress_test(server, server.scratches(process.pid)):
        assert process.poll() is None
        assert monotonic() < until
        sleep(0.1)
    sleep(1)
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, err) == (130, "")
    if as_json:
        verdict = json.loads(out)
        assert (verdict["kept"], verdict["interrupted"], verdict["confidence"]) == (None, True, None)
        assert verdict["claims"] > sum(result["claims"] for result in verdict["results"]) > 0
    else:
        so_far, rest = out.splitlines()[-1].split(": ")
        assert re.fullmatch(r"Interrupted after 15 of 18 points and [1-9][\d,]* claims", so_far)
        assert rest == "no violation so far. The rest was not checked."
    assert server.scratches(process.pid) == []


@pytest.mark.parametrize(
    ("duration", "complaint"),
    [("soon", "'soon' is not a duration"), ("0s", "booking-sim: --for must be above 0, such as 5s.")],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_duration_that_does_not_fit(run, duration, complaint, options):
    code, out, err = run("strategies", "verify", "default", "--for", duration, *options)
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.count("\n") == 1


def test_a_name_that_is_not_there(run):
    code, out, err = run("strategies", "verify", "nosuch")
    assert (code, out) == (2, "")
    assert err.startswith(
        "booking-sim: Strategy 'nosuch' is unknown, and not the path of an .sql file: choose from default,"
    )
    assert err.count("\n") == 1


def test_a_file_that_defines_nothing(run, tmp_path):
    path = tmp_path / "empty.sql"
    path.touch()
    code, _, err = run("strategies", "verify", path)
    assert code == 2
    assert err.startswith(f"booking-sim: {path} defines none of booking.claim, booking.hold,")
    assert err.count("\n") == 1


def test_a_file_that_does_not_apply(run, own):
    path = own("\ncreate tabel x ();\n")
    code, _, err = run("strategies", "verify", path)
    assert code == 2
    assert err == f'booking-sim: {path}, line 16: syntax error at or near "tabel". Put it right and try again.\n'


def test_a_strategy_is_printed_to_begin_ones_own_from(tmp_path):
    shown = CliRunner().invoke(cli, ["strategies", "skip_locked"])
    assert shown.exit_code == 0
    assert shown.output == find("skip_locked").path.read_text()
    mine = tmp_path / "mine.sql"
    mine.write_text(shown.output, encoding="utf-8-sig")
    assert find(mine).title == find("skip_locked").title
    assert CliRunner().invoke(cli, ["strategies", str(mine)]).output == shown.output
