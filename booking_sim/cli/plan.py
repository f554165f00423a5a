"""`booking-sim plan`: the answers to a capacity planner's questions, on one page."""

import json
from pathlib import Path
from typing import Any

import click

from booking_sim.cli.pages import write_page
from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.forecasting.server_model import ServerModel
from booking_sim.planning.plan import P99_MS, QUESTIONS, SEEDS, as_text, plan


@click.command("plan")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option("--server", type=click.Path(path_type=Path), metavar="FILE", help="The model that `calibrate` wrote.")
@click.option("--latency", type=float, metavar="MS", help="A made-up server instead: exponential, with this mean.")
@click.option("--seeds", type=int, default=SEEDS, show_default=True, metavar="N", help="Runs of each forecast.")
@click.option("--p99", type=float, default=P99_MS, show_default=True, metavar="MS", help="The p99 that is good enough.")
@click.option("--question", "questions", multiple=True, metavar="NAME", help="Only this one; may be given again.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write an HTML page with a chart of each.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def plan_command(
    *,
    scenario: str | None,
    server: Path | None,
    latency: float | None,
    seeds: int,
    p99: float,
    questions: tuple[str, ...],
    out: Path | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Answer a capacity planner's twelve questions about a scenario. No database is needed.

    SCENARIO is a TOML file, or the name of a ready scenario: see `booking-sim scenarios`. Flags override it. One with a
    time scale is planned at its real pace.

    \b
    The questions, by name:
      first_refusal       when the first buyer is refused
      last_sale           when the last ticket is paid for, and what is unsold when the arrivals end
      refused_early       people refused before a returned ticket is sold
      unpaid_holds        ticket-minutes in holds that are never paid
      best_hold           the hold that sells the most, and how flat the optimum is
      fewest_connections  for the p99, and where more connections hurt
      cores_needed        for the p99; an extrapolation
      greatest_rate       how fast people may come for the p99
      waiting_room        at which rate to admit people, and how long they wait
      bots                what bots take from people
      refreshers          what asking again costs, and when it does not die out
      what_matters        which input matters most, each changed by 20 %
    """  # noqa: D301  click's own mark keeps the lines apart
    found = plan(
        chosen_scenario(scenario, flags),
        server=server if latency is None else ServerModel.exponential(latency),
        seeds=seeds,
        p99_ms=p99,
        questions=questions or tuple(QUESTIONS),
    )
    if out is not None:
        write_page(out, found.page())
    if as_json:
        answers = found.to_frame().reset_index().to_dict("records")
        click.echo(json.dumps({"headline": found.headline, "answers": answers}))
    else:
        click.echo(as_text(found))
