"""`booking-sim bench generator`: how fast and how exact the load generator is, compared with pgbench."""

import dataclasses
import json
import statistics
import sys

import click

from booking_sim.bench.generator import GeneratorResult, generator
from booking_sim.cli.ending import end_in_good_order


@click.command("generator")
@click.option("--clients", type=int, default=32, show_default=True, metavar="N", help="Connections, of either side.")
@click.option("--tickets", type=int, default=50_000, show_default=True, metavar="N", help="To reserve in a turn.")
@click.option("--rounds", type=int, default=10, show_default=True, metavar="N", help="Pairs of turns.")
@click.option("--seconds", type=int, default=2, show_default=True, metavar="N", help="How long each is measured.")
@click.option(
    "--load", type=float, default=0.5, show_default=True, metavar="X", help="At which share of pgbench's rate."
)
@click.option(
    "--call", type=click.Choice(["reserve", "empty"]), default="reserve", show_default=True, help="What is called."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def generator_command(
    *, clients: int, tickets: int, rounds: int, seconds: int, load: float, call: str, as_json: bool
) -> None:
    """Measure the load generator against pgbench.

    Both make the same call, prepared, over as many connections to the same server, and take turns. First as fast as
    they can; then in an open loop at half of that rate, or at another --load, where latencies count from the plan,
    pgbench's lag included.
    The first second of a turn is not counted: the server compiles the functions for every connection then.
    Runs in a scratch database; your data is not changed.

    With --call empty, reserve() refuses without a search, and only rates are measured: that is the
    generator's own limit on this machine.

    Exits with 0 if the rate is at least .95 of pgbench's (.75 of an empty call), and p50 and p99 are at most 10 % and
    20 % above; 1 if not.
    """
    end_in_good_order()
    result = generator(clients=clients, tickets=tickets, rounds=rounds, seconds=seconds, load=load, call=call)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(result) | {"shares": result.shares, "ok": result.ok}))
    else:
        click.echo(_report(result, load))
    sys.exit(0 if result.ok else 1)


def _report(result: GeneratorResult, load: float) -> str:
    lines = [f"{'':<22} {'share':>6}  {'spread':<11}  {'pgbench':>9}  {'this':>9}"]
    for title, name, pairs, decimals in (
        ("calls per second", "rate", result.rates, 0),
        ("CPU per call, µs", "cpu_us", result.cpu_us, 1),
        (f"p50 at {load:.0%}, ms", "p50_ms", result.p50_ms, 2),
        (f"p99 at {load:.0%}, ms", "p99_ms", result.p99_ms, 2),
    ):
        if not pairs:
            continue
        shares = [own / theirs for theirs, own in pairs]
        theirs, own = (f"{statistics.median(side):,.{decimals}f}" for side in zip(*pairs, strict=True))
        spread = f"{min(shares):.2f} - {max(shares):.2f}"
        lines.append(f"{title:<22} {result.shares[name]:>6.2f}  {spread:<11}  {theirs:>9}  {own:>9}")
    lines += ["", f"The busiest worker was working {result.busy:.0%} of its time."]
    return "\n".join(lines)
