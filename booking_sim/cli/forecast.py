"""`booking-sim forecast`: a scenario on a model of the server, without a database."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from booking_sim.cli.pages import write_page
from booking_sim.cli.settings import chosen_scenario, settings
from booking_sim.forecasting.inputs import WaitingRoom
from booking_sim.forecasting.page import forecast_page
from booking_sim.forecasting.result import Forecast
from booking_sim.forecasting.run import forecast
from booking_sim.forecasting.server_model import ServerModel, find_model

_ROWS = {
    "sold_out_after_s": "first refusal, s",
    "last_paid_s": "last ticket paid for, s",
    "unsold": "tickets unsold",
    "held": "buyers with a hold",
    "sold_out": "buyers refused",
    "gave_up": "buyers who gave up",
    "expired": "payments too late",
    "attempts": "calls",
    "p50_ms": "p50 since the plan, ms",
    "p99_ms": "p99 since the plan, ms",
    "p99_database_ms": "p99 in the database, ms",
    "unpaid_ticket_minutes": "ticket-minutes in holds never paid",
}


@click.command("forecast")
@click.argument("scenario", required=False, metavar="[SCENARIO]")
@settings()
@click.option("--server", type=click.Path(path_type=Path), metavar="FILE", help="The model that `calibrate` wrote.")
@click.option("--latency", type=float, metavar="MS", help="A made-up server instead: exponential, with this mean.")
@click.option("--seeds", type=int, default=20, show_default=True, metavar="N", help="Runs with different buyers.")
@click.option("--admit", type=float, metavar="X", help="A waiting room that lets this many buyers in per second.")
@click.option("--cores", type=float, metavar="X", help="Extrapolate the server to another number of cores.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write an HTML page, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def forecast_command(
    *,
    scenario: str | None,
    server: Path | None,
    latency: float | None,
    seeds: int,
    admit: float | None,
    cores: float | None,
    out: Path | None,
    as_json: bool,
    **flags: Any,
) -> None:
    """Forecast a scenario on a model of the server. No database is needed.

    SCENARIO is a TOML file, or the name of a ready scenario: see `booking-sim scenarios`. Flags override it.

    Give a model of the server: --server or --latency. A made-up server takes the same time for a call, however many
    calls are under way.
    """
    model = find_model(server if latency is None else ServerModel.exponential(latency))
    room = None if admit is None else WaitingRoom(rate=admit)
    result = forecast(
        chosen_scenario(scenario, flags),
        server=model if cores is None else model.scaled(cores=cores),
        seeds=seeds,
        waiting_room=room,
    )
    if out is not None:
        write_page(out, forecast_page(result))
    click.echo(_json(result) if as_json else _table(result))


def _json(result: Forecast) -> str:
    spread = {
        str(name): {end: None if math.isnan(value) else value for end, value in row.items()}
        for name, row in result.spread().T.to_dict().items()
    }
    return json.dumps({"headline": result.headline, "manifest": asdict(result.manifest), "metrics": spread})


def _table(result: Forecast) -> str:
    spread = result.spread()
    width = max(map(len, _ROWS.values()))
    lines = [f"{result.headline}.", "", f"  {'':<{width}}  {'median':>10}  90 % of {len(result.seeds)} seeds"]
    for name, label in _ROWS.items():
        median, low, high = (float(spread[column].loc[name]) for column in ("median", "low", "high"))
        if not math.isnan(median):
            lines.append(f"  {label:<{width}}  {median:>10,.5g}  {low:,.5g} to {high:,.5g}")
    return "\n".join(lines)
