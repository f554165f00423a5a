"""The program as a person starts it, and how long a test waits for what must come, on a machine that has much to do."""

import sys
from contextlib import suppress
from pathlib import Path

import psutil

COMMAND = Path(sys.executable).with_name("booking-sim")
SECONDS = 240


def children(pid, word):
    """The children of a process that have a name, or a word of their command line; others may end meanwhile."""
    found = []
    for child in psutil.Process(pid).children():
        with suppress(psutil.NoSuchProcess):
            if word == child.name() or word in child.cmdline():
                found.append(child)
    return found
