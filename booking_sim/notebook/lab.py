"""Opens copies of the notebooks in JupyterLab, with a database that runs as long."""

import os
import secrets
import signal
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

from booking_sim.database import open_server
from booking_sim.errors import BookingSimError
from booking_sim.resources import NOTEBOOKS

FIRST = "01_first_surge.ipynb"
"""The notebook that JupyterLab opens with."""

PORT = 8888
"""Where JupyterLab listens unless it is taken, as everywhere."""


def check_installed() -> None:
    """See that JupyterLab is there, which comes with an extra.

    Raises:
        BookingSimError: It is not.
    """
    if find_spec("jupyterlab") is None:
        raise BookingSimError(
            "JupyterLab is not installed here: install 'booking-sim[lab]', or run 'uv run --extra lab booking-sim lab'."
        )


def copy_notebooks(folder: Path) -> tuple[list[str], list[str]]:
    """Put the notebooks into a folder; one that is there already, run or changed, stays as it is.

    Args:
        folder: Where; made if missing.

    Returns:
        The names of those that were copied, and of those that were kept because they differ from ours.

    Raises:
        BookingSimError: The folder cannot be written to.
    """
    copied, kept = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ours in sorted(NOTEBOOKS.glob("*.ipynb")):
            if not (folder / ours.name).exists():
                _copy(ours, folder)
                copied.append(ours.name)
            elif (folder / ours.name).read_bytes() != ours.read_bytes():
                kept.append(ours.name)
    except OSError as error:
        raise BookingSimError(
            f"Cannot keep the notebooks in '{folder}' ({error.strerror}): name a folder that you can write to."
        ) from None
    return copied, kept


def open_lab(folder: Path, *, port: int = PORT, browser: bool = True, on_ready: Callable[[str], None]) -> None:
    """Run JupyterLab in a folder until Ctrl-C or SIGTERM; the database runs as long, and both end together.

    The server and JupyterLab live in this very process: however it ends, kernels and database notice and end too.

    Args:
        folder: What JupyterLab shows.
        port: Where it listens, on this machine alone; another one if that is taken.
        browser: Whether to open a browser.
        on_ready: Called with the address once JupyterLab listens.

    Raises:
        BookingSimError: JupyterLab is not installed, or the database cannot be reached or started.
    """
    check_installed()
    lab_app = resolve_name("jupyterlab.labapp:LabApp")
    token = secrets.token_hex(24)
    options = {
        "ServerApp.root_dir": folder.resolve(),
        "ServerApp.port": port,
        "ServerApp.open_browser": browser,
        "ServerApp.allow_root": os.geteuid() == 0,  # who runs this as root wants it so
        "ServerApp.log_level": "ERROR",
        "LabApp.log_level": "ERROR",
        "IdentityProvider.token": token,
        "LabApp.default_url": f"/lab/tree/{FIRST}",
        "KernelManager.transport_encryption": "auto",  # a kernel warns if others on the machine could listen
    }
    with open_server():
        server = lab_app.initialize_server(argv=[f"--{name}={value}" for name, value in options.items()])
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: server.stop(from_signal=True))
        # The first thing that the loop does is to listen; then the address is valid.
        server.io_loop.add_callback(on_ready, f"{server.connection_url}lab/tree/{FIRST}?token={token}")
        server.start()


def _copy(ours: Path, folder: Path) -> None:
    """Copy a file so that it is there whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(ours.read_bytes())
    Path(file.name).rename(folder / ours.name)
