"""`booking-sim prove`: judge the history of a kept result, say what contradicts what."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from booking_sim.proof import prove
from booking_sim.proof.rules import verdict
from booking_sim.result.loading import load

if TYPE_CHECKING:
    import pandas as pd

_MARGIN = 14  # columns, for the verdict


@click.command("prove")
@click.argument("folder", metavar="RESULT_DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def prove_command(*, folder: Path, as_json: bool) -> None:
    """Check what buyers were told against what the tables have.

    RESULT_DIR is what `booking-sim surge` kept; no database is needed. Exits with 0 if no rule is violated, with 1 if
    one is. A rule that cannot tell says why, and for which share of the answers.
    """
    frame = prove(load(folder))
    said = verdict(frame)
    click.echo(json.dumps({"verdict": said, "rules": frame.to_dict("records")}) if as_json else _report(frame))
    sys.exit(1 if said == "violated" else 0)


def _report(frame: "pd.DataFrame") -> str:
    rules: list[Any] = frame.to_dict("records")
    return "\n".join(line for rule in rules for line in _lines(rule))


def _lines(rule: dict[str, Any]) -> Iterator[str]:
    words = {"violated": f"{rule['violations']:,} violated", "cannot tell": "cannot tell", "holds": "holds"}
    yield f"{words[rule['verdict']]:<{_MARGIN}} {rule['name']:<16} {rule['rule']} {rule['judged']:,} judged."
    if rule["untold"]:
        share = rule["untold"] / (rule["judged"] + rule["untold"])
        yield f"{'':<{_MARGIN}} {rule['untold']:,} cannot be judged ({share:.2%}): {rule['reason']}"
    for offender in rule["offenders"]:
        details = " ".join(f"{name}={value}" for name, value in offender.items() if name != "problem")
        yield f"{'':<{_MARGIN}} {offender['problem']}: {details}"
    if rule["violations"] > len(rule["offenders"]):
        yield f"{'':<{_MARGIN}} and {rule['violations'] - len(rule['offenders']):,} more"
