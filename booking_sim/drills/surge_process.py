"""The surge of a drill, in a process of its own, which a fault can kill."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

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
def surge_process(url: str, folder: Path, seed: int, *, times: int = 1) -> Iterator["subprocess.Popen[str]"]:
    """Start the surge of a drill: it goes on before, during and after the fault. It is gone at the end.

    Args:
        url: The server.
        folder: Where its result is kept.
        seed: Of the surge.
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
    code = "import sys; from booking_sim.cli import main; main(sys.argv[1:])"
    words = [word for name, value in flags.items() for word in (f"--{name}", value)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code, "surge", *words, "--json"],
        env=os.environ | {"POSTGRES_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the drill
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
