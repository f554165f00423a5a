"""The wheel holds all that the product needs: installed alone, far from any checkout, it runs a surge and JupyterLab.

On the oldest and on the newest Python that is present here.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
OLDEST = (3, 11)
UV = os.environ.get("UV") or shutil.which("uv")  # `uv run` says where it is

pytestmark = [
    pytest.mark.wheel,
    pytest.mark.skipif(UV is None, reason="needs uv, which builds the wheel: run the tests by `uv run pytest`"),
]


def uv(*arguments):
    done = subprocess.run([UV, *arguments], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "--wheel", "--out-dir", folder, ROOT)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module", params=["oldest", "newest"])
def python(request):
    """A Python that is present, by its path."""
    listed = json.loads(uv("python", "list", "--only-installed", "--output-format", "json"))
    usual = [each for each in listed if each["implementation"] == "cpython" and each["variant"] == "default"]
    version = {each["path"]: tuple(each["version_parts"].values()) for each in usual}
    found = sorted((path for path in version if version[path] >= OLDEST and "/shims/" not in path), key=version.get)
    if request.param == "newest" and version[found[-1]] == version[found[0]]:
        pytest.skip("only one Python is present")
    return found[0 if request.param == "oldest" else -1]


@pytest.fixture(scope="module")
def installed(wheel, python, tmp_path_factory):
    """The scripts of an environment that holds the wheel and what it depends on, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    uv("venv", "--python", python, folder)
    uv("pip", "install", "--python", folder, wheel)
    return folder / "bin"


@pytest.fixture(scope="module")
def with_lab(wheel, python, tmp_path_factory):
    """The same, with JupyterLab."""
    folder = tmp_path_factory.mktemp("with-lab")
    uv("venv", "--python", python, folder)
    uv("pip", "install", "--python", folder, f"{wheel}[lab]")
    return folder / "bin"


@pytest.fixture
def environment(tmp_path, server_home):
    own = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    return own | {"PATH": os.defpath, "HOME": str(tmp_path), "BOOKING_SIM_HOME": str(server_home)}


@pytest.fixture
def run(installed, tmp_path, environment):
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


def test_a_surge_runs_from_the_wheel_alone(run):
    assert "0." in run("booking-sim", "--version")
    assert run("booking-sim", "db", "status")
    answer = json.loads(
        run("booking-sim", "surge", "--tickets", "20", "--buyers", "100", "--connections", "4", "--json")
    )
    assert (answer["held"], answer["sold_out"], answer["audit_ok"]) == (20, 80, True)


def test_the_data_is_found_from_the_wheel_alone(run):
    found = run(
        "python", "-c", "from booking_sim.resources import DATA, SQL; print(*DATA.iterdir(), *SQL.iterdir(), sep='\\n')"
    )
    assert str(ROOT) not in found
    assert "site-packages/booking_sim/sql" in found
    assert "site-packages/booking_sim/data" in found


def test_without_jupyterlab_lab_says_how_to_get_it(run):
    assert re.fullmatch(r"booking-sim: JupyterLab is not installed here: .*\n", run("booking-sim", "lab", fails=True))


def test_lab_opens_the_notebooks_of_the_wheel(with_lab, tmp_path, environment):
    command = [with_lab / "booking-sim", "lab", "mine", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            address = next(line for line in process.stdout if "://" in line).split()[1]
            with urlopen(urlsplit(address)._replace(path="/api/contents").geturl()) as answer:  # with the token in it
                shown = {file["name"] for file in json.load(answer)["content"]}
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            assert process.wait() == 0
        finally:
            process.kill()
    assert shown == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
