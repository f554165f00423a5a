"""`booking-sim bench`: measure a strategy against its floor, print the table, keep it."""

import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from booking_sim import folder
from booking_sim.bench import bench, situations
from booking_sim.cli.bench_generator import generator_command
from booking_sim.cli.bench_observer import observer_command

if TYPE_CHECKING:
    import pandas as pd

_ROW = "{:<34} {:>7}  {:>5}  {:<11}  {:>5}  {:<5}  {:>10}  {:>10}"
_ROUNDS, _SECONDS = 3, 3


@click.group("bench", invoke_without_command=True)
@click.option("--strategy", default="default", show_default=True, metavar="NAME|PATH.sql", help="What to measure.")
@click.option("--phase", "phases", multiple=True, metavar="NAME", help="Only this phase; may be given again.")
@click.option("--clients", type=int, multiple=True, metavar="N", help="Only so many clients; may be given again.")
@click.option("--rounds", type=int, metavar="N", help=f"How often each is measured  [default: {_ROUNDS}, quick 1]")
@click.option("--seconds", type=int, metavar="N", help=f"How long a round takes  [default: {_SECONDS}, quick 1]")
@click.option("--quick", is_flag=True, help="Does it run? One short round each, a tenth of the tickets.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the result  [default: results/TIME-bench]")
@click.pass_context
def bench_command(
    context: click.Context,
    *,
    strategy: str,
    phases: tuple[str, ...],
    clients: tuple[int, ...],
    rounds: int | None,
    seconds: int | None,
    quick: bool,
    out: Path | None,
) -> None:
    """Measure how near a strategy comes to the least that the same writes can cost on this server.

    The floor searches for nothing and meets nobody. It and the strategy run at the same instant with half of the
    clients each: rates depend on the machine and are shown, their ratio is judged. Runs in a scratch database, on
    POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL; nothing that is there is touched.

    Exits with 0 if every goal is reached, or after --quick; 1 if not.

    \b
    Phases: fresh, half, last, sold_out, expired (each at 1, 8, 64 and 200 clients);
    snapshot, inventory, four, events, window (at 64).
    """  # noqa: D301  click's own mark keeps the lines apart
    if context.invoked_subcommand is not None:
        return
    chosen = situations(phases, clients, quick=quick)
    out = out or Path("results") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-bench"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as by Ctrl-C: nothing is left running or behind
    with folder.claimed(out):
        result = bench(
            chosen,
            strategy=strategy,
            rounds=rounds if rounds is not None else 1 if quick else _ROUNDS,
            seconds=seconds if seconds is not None else 1 if quick else _SECONDS,
        )
    result.save(out)
    click.echo(f"{_report(result.table())}\n\n{result.headline}.\nKept in {out}.")
    sys.exit(0 if quick or result.ok else 1)


def _report(table: "pd.DataFrame") -> str:
    head = _ROW.format("situation", "clients", "share", "spread", "goal", "", "floor/s", "this/s")
    return "\n".join([head, *map(_line, table.itertuples())])


def _line(row: Any) -> str:
    spread = f"{row.least:.2f} - {row.greatest:.2f}"
    judged = (f"{row.share:.2f}", spread, f"{row.goal:.2f}", "ok" if row.reached else "below")
    return _ROW.format(row.situation, row.clients, *judged, f"{row.floor_per_s:,.0f}", f"{row.per_s:,.0f}")


bench_command.add_command(generator_command)
bench_command.add_command(observer_command)
