"""Faults of the network, through a proxy: connections cut, answers lost."""

from collections.abc import Iterator

from booking_sim.drills.fault import Expected, fault
from booking_sim.drills.stage import Stage


@fault(Expected.SURVIVES, is_through_proxy=True)
def connections_cut(stage: Stage) -> Iterator[None]:
    """Every connection is cut."""
    stage.proxy.cut()
    yield


@fault(Expected.UNKNOWN, lasts_s=1.5, is_through_proxy=True)
def answers_lost(stage: Stage) -> Iterator[None]:
    """Calls reach the server, and no answer comes back: the connections that there are never answer again."""
    stage.proxy.lose_answers()
    yield


@fault(Expected.SURVIVES, lasts_s=1.0, is_through_proxy=True)
def connections_refused(stage: Stage) -> Iterator[None]:
    """Every connection is cut, and no new one gets through for a second."""
    stage.proxy.hold_back()
    stage.proxy.cut()
    yield
    stage.proxy.let_go()
