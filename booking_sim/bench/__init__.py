"""How fast a strategy is, phase by phase, in comparison with the least time in which the same writes can be done."""

from collections.abc import Iterable
from pathlib import Path

from booking_sim.bench.contestants import Catalogued, Contestant, find_systems
from booking_sim.bench.phases import CLIENTS, PHASES, QUICK_CLIENTS, against_systems, comparisons
from booking_sim.bench.result import BenchResult
from booking_sim.bench.run import run_bench
from booking_sim.errors import BookingSimError
from booking_sim.strategies import find

__all__ = ["PHASES", "Contestant", "bench", "find_systems"]

ROUNDS, SECONDS = 5, 2.0
QUICK_ROUNDS, QUICK_SECONDS = 1, 0.3


def bench(
    strategy: str | Path = "default",
    *,
    phases: Iterable[str] = (),
    systems: Iterable[Contestant] = (),
    clients: int | None = None,
    rounds: int | None = None,
    seconds: float | None = None,
    quick: bool = False,
    url: str | None = None,
    progress: bool | None = None,
) -> BenchResult:
    """Measure a strategy beside the lean baseline, in scratch databases that are gone afterwards.

    The sides of each comparison run one after the other, in the order A B B A, each on fresh tables.

    Args:
        strategy: A name of the catalogue, or the path of an SQL file.
        phases: Some of PHASES; none: all.
        systems: Compare the strategy with these instead, in the phases of a sale that they can be brought to.
        clients: Sessions that call, except in the phase `clients`; None: 64, quick 16.
        rounds: How often each side is measured; None: 5, quick 1.
        seconds: How long a turn is at most; None: 2, quick 0.3.
        quick: Use a tenth of the tickets.
        url: A database of the server to measure on; its data is not changed. None: POSTGRES_URL, else the PG*
            variables, else the embedded server.
        progress: Whether to show a bar. None: on a terminal.

    Returns:
        The result: every turn, the table, the chart, and the manifest.

    Raises:
        BookingSimError: An argument is out of range, the server has too few connections left, or a call failed.

    Example:
        The two phases with the most tickets left:

            from booking_sim.bench import bench

            bench("skip_locked", phases=["fresh", "half"]).table()
    """
    rounds = rounds if rounds is not None else QUICK_ROUNDS if quick else ROUNDS
    seconds = seconds if seconds is not None else QUICK_SECONDS if quick else SECONDS
    clients = clients if clients is not None else QUICK_CLIENTS if quick else CLIENTS
    if rounds < 1:
        raise BookingSimError(f"rounds={rounds} is out of range: give a whole number from 1 on.")
    if not 0 < seconds < 3600:
        raise BookingSimError(f"seconds={seconds} is out of range: give a number above 0, such as 2.")
    own, others = Catalogued(find(strategy)), tuple(systems)
    if others:
        chosen = against_systems(own, others, phases, clients=clients, quick=quick)
    else:
        chosen = comparisons(own, phases, clients=clients, quick=quick)
    return run_bench(chosen, own.name, rounds=rounds, seconds=seconds, url=url, progress=progress)
