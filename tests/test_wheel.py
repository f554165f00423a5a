"""The wheel holds all that the product needs: installed alone, far from any checkout, it makes a database."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
UV = os.environ.get("UV") or shutil.which("uv")  # `uv run` says where it is

pytestmark = pytest.mark.skipif(UV is None, reason="needs uv, which builds the wheel: run the tests by `uv run pytest`")


def uv(*arguments):
    subprocess.run([UV, *arguments], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--wheel", "--out-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The scripts of an environment that holds the wheel and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    uv("venv", "--python", sys.executable, folder)
    uv("pip", "install", "--python", folder, wheel)
    return folder / "bin"


@pytest.fixture
def run(installed, tmp_path, server_home):
    environment = {"PATH": os.defpath, "HOME": str(tmp_path), "BOOKING_SIM_HOME": str(server_home)}

    def run(program, *arguments, fails=False):
        command = [installed / program, *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == (2 if fails else 0), done.stderr
        return done.stderr if fails else done.stdout

    return run


@pytest.mark.parametrize("files", ["sql/**/*", "data/**/*", "notebooks/*.ipynb"])
def test_the_wheel_holds_every_file_of(files, wheel):
    there = {str(path.relative_to(ROOT)) for path in ROOT.glob(files) if path.is_file()}
    with ZipFile(wheel) as archive:
        packed = {name.removeprefix("booking_sim/") for name in archive.namelist()}
    assert there
    assert there <= packed


def test_the_command_runs_from_the_wheel_alone(run):
    assert "0." in run("booking-sim", "--version")
    assert run("booking-sim", "db", "status")
    assert "0000_ledger.sql" in run("booking-sim", "db", "migrate")


def test_the_data_is_found_from_the_wheel_alone(run):
    found = run(
        "python", "-c", "from booking_sim.resources import DATA, SQL; print(*DATA.iterdir(), *SQL.iterdir(), sep='\\n')"
    )
    assert str(ROOT) not in found
    assert "site-packages/booking_sim/sql" in found
    assert "site-packages/booking_sim/data" in found


def test_without_jupyterlab_lab_says_how_to_get_it(run):
    assert re.fullmatch(r"booking-sim: JupyterLab is not installed here: .*\n", run("booking-sim", "lab", fails=True))
