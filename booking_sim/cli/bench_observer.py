"""`booking-sim bench observer`: what the observer costs a surge."""

import dataclasses
import json
import sys

import click

from booking_sim.bench.watching import GOAL, watching_cost
from booking_sim.cli.ending import end_in_good_order


@click.command("observer")
@click.option("--strategy", default="default", show_default=True, metavar="NAME|PATH.sql", help="What is watched.")
@click.option("--clients", type=int, default=64, show_default=True, metavar="N", help="Connections that reserve.")
@click.option("--tickets", type=int, default=500_000, show_default=True, metavar="N", help="What there is to reserve.")
@click.option("--seconds", type=int, default=60, show_default=True, metavar="N", help="How long.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def observer_command(*, strategy: str, clients: int, tickets: int, seconds: int, as_json: bool) -> None:
    """Measure what the observer costs.

    One load runs all the time. The observer samples for a second and pauses for a second, by turns, and neighbouring
    half seconds are compared: both with the same server. Runs in a scratch database; your data is not changed.

    Exits with 0 if the observer costs at most 2 % of throughput, 1 if more.
    """
    end_in_good_order()
    cost = watching_cost(strategy=strategy, clients=clients, tickets=tickets, seconds=seconds)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(cost) | {"goal": GOAL, "ok": cost.ok}))
    else:
        waits = cost.sampling["waits"]
        click.echo(
            f"The observer costs {cost.cost:.1%} of throughput, plus or minus {cost.error:.1%}; goal: {GOAL:.0%}.\n\n"
            f"  compared    {cost.pairs} pairs of half seconds, at {cost.per_s:,.0f} calls per second without it\n"
            f"  CPU         {cost.processors:.1%} of this machine\n"
            f"  waits       seen {waits['taken']:,.0f} times, a sample takes {waits['median_ms']:.1f} ms"
        )
    sys.exit(0 if cost.ok else 1)
