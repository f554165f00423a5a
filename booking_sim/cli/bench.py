"""`booking-sim bench`: measure a strategy against the baseline, print the table, keep it."""

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from booking_sim.bench import QUICK_ROUNDS, QUICK_SECONDS, ROUNDS, SECONDS, bench, find_systems
from booking_sim.bench.metrics import METRICS
from booking_sim.bench.phases import CLIENTS, QUICK_CLIENTS
from booking_sim.cli.bench_generator import generator_command
from booking_sim.cli.bench_observer import observer_command
from booking_sim.cli.ending import end_in_good_order
from booking_sim.result.folder import reserved_dir
from booking_sim.result.steps import Steps

if TYPE_CHECKING:
    import pandas as pd

_ROW = "{:<24} {:>7}  {:<11}  {:<24}  {:<24}  {:>7}  {:<15}  {:<7}  {:<12}  {:>9}  {:>9}"
_ALL = ""


@click.group("bench", invoke_without_command=True)
@click.option("--strategy", default="default", show_default=True, metavar="NAME|PATH.sql", help="What to measure.")
@click.option("--phase", "phases", multiple=True, metavar="NAME", help="Only this phase; may be given again.")
@click.option(
    *("--systems", "systems"),
    multiple=True,
    is_flag=False,
    flag_value=_ALL,
    metavar="[NAME|FOLDER]",
    help="Compare with complete systems instead: all of data/systems, or this one; may be given again.",
)
@click.option(
    "--clients", type=int, metavar="N", help=f"Sessions that call  [default: {CLIENTS}, quick {QUICK_CLIENTS}]"
)
@click.option(
    "--rounds", type=int, metavar="N", help=f"Times each is measured  [default: {ROUNDS}, quick {QUICK_ROUNDS}]"
)
@click.option(
    "--seconds", type=float, metavar="X", help=f"Longest turn  [default: {SECONDS:g}, quick {QUICK_SECONDS:g}]"
)
@click.option("--quick", is_flag=True, help="See whether it runs: short turns, a tenth of the tickets.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep the result  [default: results/TIME-bench]")
@click.pass_context
def bench_command(
    context: click.Context,
    *,
    strategy: str,
    phases: tuple[str, ...],
    systems: tuple[str, ...],
    clients: int | None,
    rounds: int | None,
    seconds: float | None,
    quick: bool,
    out: Path | None,
) -> None:
    """Measure how near a strategy comes to the least time in which the same writes can be done.

    The lean baseline makes the two writes of a reservation on two plain tables and is given the ticket's number; for
    refusals, it reads one row. Baseline and strategy run one after the other, in the order A B B A, each on fresh
    tables after a checkpoint. Ratios are judged, round by round: of calls per second, and for each call of the server's
    CPU time, WAL without images of whole pages, and buffers. Runs in scratch databases, on POSTGRES_URL if set, else on
    the PG* variables, else on an embedded PostgreSQL; your data is not changed.

    Takes about 20 minutes with all phases. Exits with 0 if every goal is reached, or with --quick; 1 if a goal is
    missed or a phase could not be prepared; 2 for bad input.

    \b
    Phases of a sale: fresh, half, last, sold_out, expired, returned, each also with an old snapshot open.
    The others: inventory, events, clients (1, 8 and 200), window, create, many_events, cycles, constraints (what each
    trigger and index costs).

    \b
      booking-sim bench --quick                           does it run?
      booking-sim bench --phase fresh --phase sold_out    two phases
      booking-sim bench --strategy mine.sql               a strategy in a file
      booking-sim bench --systems                         the default against complete systems
    """  # noqa: D301  click's own mark keeps the lines apart
    if context.invoked_subcommand is not None:
        return
    rivals = find_systems(tuple(name for name in systems if name != _ALL)) if systems else ()
    end_in_good_order()
    with reserved_dir(out, "bench") as folder:
        result = bench(
            strategy, phases=phases, systems=rivals, clients=clients, rounds=rounds, seconds=seconds, quick=quick
        )
        result.save_in(folder, Steps())
    notes = "".join(f"{note}\n" for note in result.manifest.notes)
    click.echo(f"{_report(result.table())}\n\n{notes}{result.headline}.\nKept in {folder}.")
    sys.exit(0 if quick or result.ok else 1)


def _report(table: "pd.DataFrame") -> str:
    head = ("situation", "clients", "metric", "side", "beside", "ratio", "interval", "goal", "", "this", "other")
    return "\n".join([_ROW.format(*head).rstrip(), *map(_line, table.itertuples())])


def _line(row: Any) -> str:
    metric = METRICS[row.metric]
    is_ratio = isinstance(row.against, str)
    decimals = 2 if is_ratio else metric.decimals
    number, low, high = (_number(value, decimals) for value in (row.ratio, row.low, row.high))
    goal, verdict = "", ""
    if not math.isnan(row.goal):
        goal = f"{'>=' if row.better == 'higher' else '<='} {_number(row.goal, decimals)}"
        verdict = "not measured" if math.isnan(row.ratio) else "ok" if row.reached else "missed"
    return _ROW.format(
        *(row.situation, row.clients, metric.title, row.side, row.against if is_ratio else ""),
        *(number, f"{low} - {high}" if low else "", goal, verdict),
        *(_number(value, metric.decimals) for value in (row.value, row.other)),
    ).rstrip()


def _number(value: float, decimals: int) -> str:
    return "" if math.isnan(value) else f"{value:,.{decimals}f}"


bench_command.add_command(generator_command)
bench_command.add_command(observer_command)
