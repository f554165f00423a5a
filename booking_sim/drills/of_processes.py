"""Faults of the surge's own processes: killed, stopped, interrupted."""

import signal
from collections.abc import Iterator

from booking_sim.drills.fault import Expected, fault
from booking_sim.drills.stage import OBSERVER, WORKER, Stage
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
    yield
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
    yield
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


@fault(Expected.SURVIVES)
def observer_killed(stage: Stage) -> Iterator[None]:
    """The observer is killed."""
    stage.parts(OBSERVER)[0].kill()
    yield


@fault(Expected.SURVIVES, lasts_s=1.0)
def observer_stopped(stage: Stage) -> Iterator[None]:
    """The observer is stopped for a second."""
    observer = stage.parts(OBSERVER)[0]
    observer.suspend()
    yield
    observer.resume()
