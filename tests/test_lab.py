"""`booking-sim lab`: a copy that the user changed is kept, and nothing outlives JupyterLab."""

import json
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import psutil
import pytest
from program import COMMAND

from booking_sim.database.embedded import Cluster
from booking_sim.database.target import PG_VARIABLES
from booking_sim.errors import BookingSimError
from booking_sim.notebook.lab import FIRST, copy_notebooks
from booking_sim.resources import NOTEBOOKS

OURS = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture
def lab(tmp_path, server_home):
    """Start `booking-sim lab` on a database of the test's own; give the process and the address that it tells."""
    plain = {name: value for name, value in os.environ.items() if name not in {"POSTGRES_URL", *PG_VARIABLES}}
    own = {name: str(tmp_path / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    process = subprocess.Popen(
        [COMMAND, "lab", "mine", "--no-browser", "--port", "0"],
        cwd=tmp_path,
        env=plain | own | {"BOOKING_SIM_HOME": str(server_home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        reported = [process.stdout.readline() for _ in range(3)]
        yield process, reported
        process.kill()


def test_everything_lives_as_long_as_jupyterlab(lab, tmp_path, server_home):
    process, reported = lab
    assert reported[0] == f"The notebooks are in mine: {len(OURS)} copied.\n"
    address = urlsplit(reported[1].removeprefix("JupyterLab: ").strip())
    assert Path(address.path).name == FIRST
    assert "Ctrl-C" in reported[2]

    (token,) = parse_qs(address.query)["token"]

    def ask(path, method="GET"):
        url = address._replace(path=path, query="").geturl()
        with urlopen(Request(url, method=method, headers={"Authorization": f"token {token}"})) as answer:
            return json.load(answer)

    assert sorted(file["name"] for file in ask("/api/contents")["content"]) == OURS
    ask("/api/kernels", "POST")
    running = psutil.Process(process.pid).children(recursive=True)
    assert any("ipykernel_launcher" in child.cmdline() for child in running)
    assert f"(process {process.pid})" in "".join(Cluster(server_home).users)

    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    assert process.stdout.read() == ""
    assert [child for child in running if child.is_running()] == []
    assert Cluster(server_home).pid is None
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == OURS


def test_what_the_user_changed_is_kept(tmp_path):
    folder = tmp_path / "deep" / "folder"
    assert copy_notebooks(folder) == (OURS, [])
    assert copy_notebooks(folder) == ([], [])
    (folder / FIRST).write_text("mine")
    assert copy_notebooks(folder) == ([], [FIRST])
    assert (folder / FIRST).read_text() == "mine"
    (folder / FIRST).rename(folder / "mine.ipynb")
    assert copy_notebooks(folder) == ([FIRST], [])


def test_without_jupyterlab_nothing_is_copied(run, tmp_path, monkeypatch):
    monkeypatch.setattr("booking_sim.notebook.lab.find_spec", lambda _: None)
    status, _, err = run("lab", "mine")
    assert status == 2
    assert err.startswith("booking-sim: JupyterLab is not installed here: install 'booking-sim[lab]'")
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize("folder", ["file", "file/below", "/proc/here"])
def test_a_folder_that_will_not_do_is_told_in_one_line(folder, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BookingSimError, match=rf"^Cannot keep the notebooks in '.*{folder}' \(.*\): name a folder"):
        copy_notebooks(tmp_path / folder)
