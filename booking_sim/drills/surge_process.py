"""The surge of a drill, in a process of its own, which a fault can kill."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

_CODE: Final = """
import signal
import sys

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup and a shell's & let a drill ignore them, and its surge too

from booking_sim.cli import main

main(sys.argv[1:])
"""
_SECONDS: Final = 3
_TICKETS: Final = 300
_FLAGS: Final = {
    "hold": "1s",
    "kinds": "{fan = {pays = 0.5, fails = 0.3, think = '~100ms'}}",
    "connections": "8",
    "workers": "2",
    "answer-timeout": "1s",
    "depth-every": "0",
}


@contextmanager
def surge_process(
    url: str, folder: Path, seed: int, *, temporary: Path, times: int = 1
) -> Iterator["subprocess.Popen[str]"]:
    """Start the surge of a drill: it goes on before, during and after the fault.

    At the end it is gone, with all that it started.

    Args:
        url: The server.
        folder: Where its result is kept.
        seed: Of the surge.
        temporary: Where its temporary files are.
        times: How many times as long it is, and as many tickets it has.
    """
    flags = {
        "tickets": str(_TICKETS * times),
        "arrivals": f"constant(rate=200, duration={_SECONDS * times}s)",
        **_FLAGS,
        "seed": str(seed),
        "require": "errors >= 0",
        "out": str(folder),
    }
    words = [word for name, value in flags.items() for word in (f"--{name}", value)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _CODE, "surge", *words, "--json"],
        env=os.environ
        | {"POSTGRES_URL": url, "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the drill
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            _kill_session(process.pid)
        process.communicate()  # waits for those, too, who have its pipes


def _kill_session(session: int) -> None:
    """Kill a process and all that it started, wherever they stand by now."""
    for process in psutil.process_iter():
        with suppress(OSError, psutil.NoSuchProcess):
            if os.getsid(process.pid) == session:
                process.kill()
