"""Faults of the surge's own processes: killed, stopped, interrupted."""

import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from booking_sim.drills.fault import Expected, fault
from booking_sim.drills.stage import OBSERVER, WORKER, Stage
from booking_sim.drills.surge_process import surge_process
from booking_sim.errors import BookingSimError
from booking_sim.queries import load
from booking_sim.result.beginning import UNFINISHED


@fault(Expected.STOPS, says="was killed by signal 9")
def worker_killed(stage: Stage) -> Iterator[None]:
    """A worker is killed."""
    stage.random.choice(stage.parts(WORKER)).kill()
    yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def worker_stopped(stage: Stage) -> Iterator[None]:
    """A worker is stopped for a second."""
    worker = stage.random.choice(stage.parts(WORKER))
    worker.suspend()
    try:
        yield
    finally:
        worker.resume()


@fault(Expected.STOPS, statuses=(-signal.SIGKILL,), says=UNFINISHED)
def parent_killed(stage: Stage) -> Iterator[None]:
    """The surge's own process is killed."""
    stage.surge.kill()
    yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def parent_stopped(stage: Stage) -> Iterator[None]:
    """The surge's own process is stopped for a second."""
    stage.surge.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        stage.surge.send_signal(signal.SIGCONT)


@fault(Expected.STOPS, statuses=(130,), says="interrupted")
def interrupted(stage: Stage) -> Iterator[None]:
    """Somebody presses Ctrl-C."""
    stage.surge.send_signal(signal.SIGINT)
    yield


@fault(Expected.STOPS, statuses=(130,), says="interrupted")
def terminal_closed(stage: Stage) -> Iterator[None]:
    """The terminal of the surge is closed."""
    stage.surge.send_signal(signal.SIGHUP)
    yield


@fault(Expected.SURVIVES, is_last=True)
def observer_killed(stage: Stage) -> Iterator[None]:
    """The observer is killed."""
    stage.parts(OBSERVER)[0].kill()
    yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def observer_stopped(stage: Stage) -> Iterator[None]:
    """The observer is stopped for a second."""
    observer = stage.parts(OBSERVER)[0]
    observer.suspend()
    try:
        yield
    finally:
        observer.resume()


@fault(Expected.SURVIVES, times=3)
def two_surges(stage: Stage) -> Iterator[None]:
    """Another surge begins on the same server."""
    with (
        TemporaryDirectory(prefix="booking_sim-") as name,
        surge_process(
            stage.server.url, Path(name) / "result", stage.random.getrandbits(31), temporary=Path(name)
        ) as other,
    ):
        with stage.server.connect() as connection:
            both = load("drill/two_are_under_way")
            stage.wait("the first hold of the other surge", lambda: connection.execute(both).fetchone() == (True,))
        yield
        _, err = other.communicate()
    if other.returncode:
        raise BookingSimError(f"The other surge exited with {other.returncode}: {err.strip()}")
