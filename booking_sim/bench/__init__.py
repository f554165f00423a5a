"""How near a strategy comes to its floor, phase by phase: both run at the same instant on one server."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from booking_sim.bench.situations import PHASES, Situation, situations
from booking_sim.errors import BookingSimError
from booking_sim.strategies import find

if TYPE_CHECKING:
    from booking_sim.bench.result import BenchResult

__all__ = ["PHASES", "Situation", "bench", "situations"]


def bench(
    situations: Sequence[Situation],
    *,
    strategy: str | Path = "default",
    rounds: int = 3,
    seconds: int = 3,
    url: str | None = None,
    progress: bool | None = None,
) -> "BenchResult":
    """Measure a strategy as a share of its floor, in a scratch database that is gone afterwards.

    Args:
        situations: In which situations, as the function of that name chooses them.
        strategy: A name of the catalogue, or the path of an SQL file.
        rounds: How often each is measured.
        seconds: How long a round takes.
        url: A database of the server to measure on; nothing in it is touched. None: POSTGRES_URL, else the PG*
            variables, else the embedded server.
        progress: Whether to show a bar. None: on a terminal.

    Returns:
        The result: every round, the table, the chart, and the manifest.

    Raises:
        BookingSimError: An argument will not do, the server has too few connections left, or the strategy fails.
    """
    for name, value in (("rounds", rounds), ("seconds", seconds)):
        if value < 1:
            raise BookingSimError(f"{name}={value} will not do: give a whole number from 1 on.")
    chosen = find(strategy)
    from booking_sim.bench.run import run  # noqa: PLC0415  brings pandas: what was refused did not wait for it

    return run(situations, chosen, rounds=rounds, seconds=seconds, url=url, progress=progress)
