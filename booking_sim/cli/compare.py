"""`booking-sim compare`: the same surge over several strategies, side by side."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from booking_sim.cli.ending import end_in_good_order
from booking_sim.cli.exit_codes import INTERRUPTED as EXIT_INTERRUPTED
from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.comparison import ROUNDS, compare
from booking_sim.result.folder import reserved_dir
from booking_sim.result.steps import Steps

if TYPE_CHECKING:
    from booking_sim.comparison.result import Comparison

_SHOWN = {
    "throughput": ("buyers/s", ",.0f"),
    "p50_ms": ("p50 ms", ",.1f"),
    "p99_ms": ("p99 ms", ",.1f"),
    "locked": ("locked", ",.1f"),
    "dead": ("dead", ",.1f"),
    "wait_Lock": ("at locks", ",.1f"),
    "dead_tuples": ("dead rows", ",.0f"),
    "tau": ("order", ".2f"),
    "oversold": ("oversold", ",.0f"),
}
"""The metrics that are printed: their heading, and how their median is written."""


@click.command("compare")
@click.argument("strategies", nargs=-1, metavar="[STRATEGY]...")
@click.option("--scenario", metavar="NAME|PATH.toml", help="What to simulate; the settings below override it.")
@settings(without=("strategy",))
@click.option("--rounds", type=int, default=ROUNDS, show_default=True, metavar="N", help="How often each runs.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to keep it  [default: results/TIME-compare]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def compare_command(
    *, strategies: tuple[str, ...], scenario: str | None, rounds: int, out: Path | None, as_json: bool, **flags: Any
) -> None:
    """Run the same buyers against several strategies, in turn, and see how they differ.

    STRATEGY is a name that `booking-sim strategies` lists, or the path of an .sql file; without one, all of the
    catalogue are compared. Each run has a scratch database of its own, on the server that POSTGRES_URL names, else the
    PG* variables, else an embedded one; your data is not changed. In each round all run once, and each round begins
    with another strategy.

    \b
    What is shown, as medians of the rounds:
      buyers/s       buyers per second who got their final answer: tickets or a refusal
      p50, p99 ms    how long answers took, in the database
      locked, dead   skip depth: rows that a claim skipped for each ticket it took, because another session had them
                     locked or had taken them already; of a sample of the calls
      at locks       how many clients waited for a lock, on average
      dead rows      the most that there were in the booking tables
      order          of sale against arrival, Kendall's tau-b: 1 is first come, first served; 0 is a lottery
      oversold       tickets promised twice

    The load generator shares the machine with the server, unless the server is elsewhere. Where one of its workers was
    at work for more than nine tenths of the time, the generator is the limit, and the strategy could be faster than is
    shown: such strategies are named. More workers help while there are CPUs for them.

    Exits with 0 if every strategy that is declared safe passed the audit, 1 if not or if a run is incomplete, 130 if
    interrupted; complete runs are kept in each case.
    """  # noqa: D301  click's own mark keeps the lines apart
    chosen = chosen_scenario(scenario, flags)
    end_in_good_order()
    with reserved_dir(out, "compare") as folder:
        result = compare(strategies, chosen, rounds=rounds)
        result.save_in(folder, Steps())
    if as_json:
        about = {"headline": result.headline, "failed": result.failed, "limited": result.limited, "out": str(folder)}
        click.echo(json.dumps(about | {"table": result.metrics()}))
    else:
        click.echo(_report(result, folder))
    if result.manifest.interrupted:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(0 if result.ok else 1)


def _report(result: "Comparison", folder: Path) -> str:
    table = result.table()
    width = max(map(len, table.index))
    head = " " * width + "".join(f"{heading:>11}" for heading, _ in _SHOWN.values())
    rows = [
        f"{name:<{width}}"
        + "".join(f"{format(row[metric, 'median'], form):>11}" for metric, (_, form) in _SHOWN.items())
        for name, row in table.iterrows()
    ]
    notes = [f"Incomplete: {problem}." for problem in result.manifest.problems]
    if result.limited:
        notes.append(
            f"The generator was the limit of {', '.join(result.limited)}: with more workers they may be faster."
        )
    return "\n".join([head, *rows, "", f"{result.headline}.", *notes, f"Kept in {folder}."])
