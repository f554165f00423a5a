"""Faults of the machine below the server: its clock, its disk. Not every machine lets them be made."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Final

from booking_sim.drills.clock import set_clock, settable_clock
from booking_sim.drills.fault import Expected, NotShown, fault
from booking_sim.drills.server import DrillServer
from booking_sim.drills.small_disk import fill, free, small_disk
from booking_sim.drills.stage import Stage
from booking_sim.queries import load

_STEP_S: Final = 600.0
_SYNCS: Final = "fsync,fdatasync"


@fault(Expected.SURVIVES, server=settable_clock)
def clock_set_forward(stage: Stage) -> Iterator[None]:
    """The server's clock is set forward by ten minutes: every hold is past its deadline."""
    set_clock(stage.server, _STEP_S)
    yield


@fault(Expected.DETECTED, server=settable_clock)
def clock_set_back(stage: Stage) -> Iterator[None]:
    """The server's clock is set back by ten minutes: instants in the tables are in the future."""
    set_clock(stage.server, -_STEP_S)
    yield


@fault(Expected.SURVIVES, lasts_s=1.0, server=small_disk)
def disk_full(stage: Stage) -> Iterator[None]:
    """The server's disk is full for a second: what needs more room is refused."""
    with stage.server.connect() as connection:
        for name in ("switch_wal", "checkpoint"):  # else a new file of the log could be due in this second
            connection.execute(load(f"drill/{name}"))
    fill(stage.server)
    yield
    free(stage.server)


@fault(Expected.UNKNOWN)
def sync_fails(stage: Stage) -> Iterator[None]:
    """The disk refuses to make a commit durable; the server ends all sessions and restarts."""
    if not shutil.which("strace"):
        raise NotShown("strace, which lets calls to the kernel fail, is not installed")
    with stage.server.connect() as connection:
        pids = [str(pid) for pid, _ in connection.execute(load("drill/workers"))]
    attach = [word for pid in pids for word in ("-p", pid)]
    done = subprocess.run(
        ["strace", "-qq", "-e", f"trace={_SYNCS}", "-e", f"inject={_SYNCS}:error=EIO", *attach],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if "not permitted" in done.stderr:
        raise NotShown("strace may not attach to the server here")
    yield


def _synced_only() -> AbstractContextManager[DrillServer]:
    raise NotShown("no device here loses what was not synced: of a killed server, the kernel keeps what it wrote")


@fault(Expected.DETECTED, server=_synced_only)
def fsync_off(_: Stage) -> Iterator[None]:
    """The power fails with fsync off: a negative control."""
    yield
