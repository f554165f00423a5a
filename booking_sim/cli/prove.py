"""`booking-sim prove`: judge the history of a kept result, say what contradicts what."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from matplotlib.figure import Figure

from booking_sim.errors import BookingSimError
from booking_sim.plots.history import timeline as draw_timeline
from booking_sim.proof import explain, prove
from booking_sim.proof.rules import verdict
from booking_sim.result.loading import load

if TYPE_CHECKING:
    import pandas as pd

_MARGIN = 14  # columns, for the verdict


@click.command("prove")
@click.argument("folder", metavar="RESULT_DIR", type=click.Path(path_type=Path))
@click.option(
    "--timeline", type=click.Path(path_type=Path), metavar="FILE", help="Draw the first violation: .png, .svg."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def prove_command(*, folder: Path, timeline: Path | None, as_json: bool) -> None:
    """Check the answers that buyers got against what the tables have.

    RESULT_DIR is what `booking-sim surge` kept; no database is needed. Exits with 0 if no rule is violated, with 1 if
    one is. A rule that cannot tell says why, and for which share of the answers.
    """
    result = load(folder)
    frame = prove(result)
    said = verdict(frame)
    first = [offenders[0] for offenders in frame["offenders"] if offenders]
    histories = [explain(result, offender) for offender in first]
    if as_json:
        click.echo(json.dumps({"verdict": said, "rules": frame.to_dict("records")}))
    else:
        click.echo(_report(frame, histories))
    if timeline is not None and histories:
        _draw(histories[0], timeline)
    sys.exit(1 if said == "violated" else 0)


def _report(frame: "pd.DataFrame", histories: "Sequence[pd.DataFrame]") -> str:
    """Every rule; below one that is violated, its first offenders, and the history of the first one."""
    rules: list[Any] = frame.to_dict("records")
    left = iter(histories)
    return "\n".join(
        line for rule in rules for line in [*_lines(rule), *(_history(next(left)) if rule["offenders"] else ())]
    )


def _history(history: "pd.DataFrame") -> Iterator[str]:
    yield f"{'':<{_MARGIN}} the history of the first, in seconds since the start:"
    for row in history.itertuples():
        times = f"{row.begin:9.4f} to {row.end:9.4f}"
        yield f"{'':<{_MARGIN}}   {times}  buyer {row.buyer:<6} {row.what}: {row.outcome}, intent {row.intent_id}"


def _draw(history: "pd.DataFrame", path: Path) -> None:
    figure = Figure(figsize=(9, 1.5 + 0.8 * history["buyer"].nunique()), layout="constrained")
    draw_timeline(history, ax=figure.subplots())
    try:
        figure.savefig(path, dpi=150)
    except (OSError, ValueError) as error:
        raise BookingSimError(f"Cannot draw '{path}' ({error}): name a .png or .svg file that you can write.") from None


def _lines(rule: dict[str, Any]) -> Iterator[str]:
    words = {"violated": f"{rule['violations']:,} violated", "cannot tell": "cannot tell", "holds": "holds"}
    yield f"{words[rule['verdict']]:<{_MARGIN}} {rule['name']:<20} {rule['rule']} {rule['judged']:,} judged."
    if rule["untold"]:
        share = rule["untold"] / (rule["judged"] + rule["untold"])
        yield f"{'':<{_MARGIN}} {rule['untold']:,} cannot be judged ({share:.2%}): {rule['reason']}"
    for offender in rule["offenders"]:
        details = " ".join(f"{name}={value}" for name, value in offender.items() if name != "problem")
        yield f"{'':<{_MARGIN}} {offender['problem']}: {details}"
    if rule["violations"] > len(rule["offenders"]):
        yield f"{'':<{_MARGIN}} and {rule['violations'] - len(rule['offenders']):,} more"
