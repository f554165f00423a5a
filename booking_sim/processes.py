"""Starts a process of our own at the other end of a pipe: a worker of a surge, or the observer.

It is a fresh interpreter, as with multiprocessing's spawn, but it does not import the parent's main module: a surge
works from a script without a main guard and from a notebook alike.
"""

import os
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Channel = Connection[Any, Any]  # only the type checker knows it as a generic


def start(module: str, *words: str) -> tuple["subprocess.Popen[bytes]", "Channel"]:
    """Run a module as `python -m MODULE FD WORDS`, FD being its end of a pipe.

    Args:
        module: Its name. It must never print, and has to end when the pipe does, for then the parent is gone.
        words: What else the list of the machine's processes shows.

    Returns:
        The process, and the parent's end of the pipe.
    """
    ours, theirs = Pipe()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(theirs.fileno()), *words],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)},
            process_group=0,  # of its own: Ctrl-C reaches the parent alone, which ends the others in good order
        )
    return process, ours


def reason(process: "subprocess.Popen[bytes]") -> str:
    """Why a process ended that said nothing about it; waits until it has."""
    status = process.wait()
    return f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
