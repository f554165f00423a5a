"""The command line as a whole: its commands, its help, and its messages about what cannot be understood."""

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner
from psycopg.conninfo import make_conninfo

from booking_sim.cli import COMMANDS, cli, main


def test_the_help_names_every_command_that_there_is():
    shown = CliRunner().invoke(cli, ["--help"]).output
    assert sorted(re.findall(r"^  +booking-sim (\w+)", shown, re.MULTILINE)) == sorted(COMMANDS)
    assert all(isinstance(cli.commands[name], click.Command) and cli.commands[name].name == name for name in COMMANDS)


def test_the_help_does_not_wait_for_pandas():
    heavy = "{'numpy', 'pandas', 'matplotlib', 'pyarrow', 'scipy'}"
    code = (
        "import sys; from click.testing import CliRunner; from booking_sim.cli import cli;"
        f"CliRunner().invoke(cli, ['--help']); sys.exit(' '.join({heavy} & {{*sys.modules}}) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sruge"], "No such command 'sruge'. Did you mean 'surge'? See 'booking-sim --help'."),
        (["db", "nosuch"], "No such command 'nosuch'. See 'booking-sim db --help'."),
        (
            ["surge", "--ticket", "5"],
            "No such option '--ticket'. Did you mean '--tickets'? See 'booking-sim surge --help'.",
        ),
        (
            ["surge", "club_gi"],
            "Scenario 'club_gi' is unknown, and not the path of a .toml file: did you mean 'club_gig'?",
        ),
        (
            ["surge", "--tickets", "5,5"],
            "Invalid value for '--tickets': '5,5' is not a valid integer. See 'booking-sim surge --help'.",
        ),
        (
            ["surge", "--hold", "5x"],
            "hold='5x' is invalid: expected a duration above 0 and at most 31 days, such as 90s or 5m.",
        ),
    ],
)
def test_what_cannot_be_understood_is_said_in_one_line_with_what_was_meant(words, message, capsys):
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert capsys.readouterr().err == f"booking-sim: {message}\n"


def test_a_preview_shows_the_arrivals_and_runs_nothing(run, tmp_path, conn):
    status, out, err = run(
        "surge", "--arrivals", "spike(1000, 20m, fall=20m)", "--buyers", 400000, "--preview", "--png", "a.png"
    )
    assert (status, err) == (0, "")
    assert "200,000 later arrivals are cut off by buyers=400000." in out
    assert "█" in out
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert conn.execute("select count(*) from booking.events").fetchone() == (0,)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--png", "a.png"], "--png draws arrivals, and the scenario has none: give --arrivals too."),
        (
            ["--arrivals", "burst(5)", "--png", "nosuch/a.png"],
            "Cannot write to 'nosuch/a.png' (No such file or directory)",
        ),
    ],
)
def test_a_chart_that_cannot_be_made(run, flags, message):
    status, _, err = run("surge", "--preview", *flags)
    assert status == 2
    assert err.startswith(f"booking-sim: {message}")


def test_what_is_cut_off_is_said_before_the_run(run):
    _, _, err = run("surge", "--arrivals", "burst(9)", "--buyers", 5, "--connections", 2)
    assert err == "4 arrivals are cut off by buyers=5.\n"


def test_verbose_says_what_happens_and_no_password(run, database):
    url = make_conninfo(database, password="s3cret")
    _, out, quiet = run("audit", POSTGRES_URL=url)
    assert quiet == ""
    _, again, err = run("-v", "audit", POSTGRES_URL=url)
    assert again == out
    assert re.search(r"^\d{4}-.* booking_sim\.database\.connecting: connecting to .* as booking_sim", err)
    assert "s3cret" not in err
    assert run("audit", POSTGRES_URL=url)[2] == ""
