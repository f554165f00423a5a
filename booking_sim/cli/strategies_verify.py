"""`booking-sim strategies verify`: check that a strategy keeps the contract, and say how much was checked."""

import dataclasses
import json
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import click
from tqdm import tqdm

from booking_sim.cli.ending import end_in_good_order
from booking_sim.cli.exit_codes import INTERRUPTED as EXIT_INTERRUPTED
from booking_sim.cli.labels import labelled
from booking_sim.contract import POINTS, Confidence, PointResult, confidence, under_stress, verify
from booking_sim.database import open_server
from booking_sim.durations import parse_duration
from booking_sim.errors import SettingError
from booking_sim.strategies import find

_BAR = "{desc}: {n_fmt} of {total_fmt} points [{elapsed}{postfix}]"


@click.command("verify")
@click.argument("strategy", metavar="NAME|PATH.sql")
@click.option(
    "--for",
    "duration",
    default="5s",
    show_default=True,
    metavar="TIME",
    help="How long each of the two stress tests goes on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def verify_command(*, strategy: str, duration: str, as_json: bool) -> None:
    """Check that a strategy keeps the contract, point by point, in a scratch database.

    Before the audit come two stress tests. In the first, sessions reserve, confirm, release and let short holds expire;
    each answer is checked as it comes. The second is made of surges, which the proof judges. The longer they go on
    (--for 1m), the rarer the faults that they find. If they find none, the last line says how rare faults must be. Two
    points, about waits and deadlocks, are only noted: a strategy that fails them keeps the contract.

    Runs on POSTGRES_URL if set, else on the PG* variables, else on an embedded PostgreSQL; your data is not changed.
    Exits with 0 if the contract is kept, 1 if not, 2 if the file does not apply, 130 if interrupted.
    """
    chosen, stress_for = find(strategy), parse_duration(duration)
    if stress_for <= timedelta(0):
        raise SettingError("--for must be above 0, such as 5s.")
    end_in_good_order()
    if not as_json:
        click.echo(f"{chosen.name}: {chosen.title}\n")
    verification = _Verification(chosen.name, len(POINTS))
    with tqdm(total=len(POINTS), desc="verify", bar_format=_BAR, leave=False, disable=None) as bar:

        def show(claims: int, seconds: float, in_all: float) -> None:
            verification.under_way = claims
            bar.set_postfix_str(f"stress: {seconds:.0f} of {in_all:.0f} s, {claims:,} claims")

        try:
            with (
                open_server() as server,
                closing(verify(chosen, server.url, stress_for=stress_for, progress=show)) as results,
            ):
                for result in results:
                    verification.results.append(result)
                    verification.under_way = 0
                    if not as_json:
                        bar.write(_line(result), file=sys.stdout)
                    bar.set_postfix_str("", refresh=False)
                    bar.update()
            verification.confidence = confidence(verification.results)
        except KeyboardInterrupt:
            verification.interrupted = True
    click.echo(json.dumps(verification.to_dict()) if as_json else f"\n{verification.verdict()}")
    sys.exit(EXIT_INTERRUPTED if verification.interrupted else 1 if verification.failed else 0)


@dataclass
class _Verification:
    """What is known so far.

    Attributes:
        strategy: The name of the strategy.
        points: How many points there are.
        results: Those so far.
        under_way: Claims that were made and checked for the next one.
        confidence: What the claims say about rare faults, at the end.
        interrupted: Whether it ended before that.
    """

    strategy: str
    points: int
    results: list[PointResult] = field(default_factory=list)
    under_way: int = 0
    confidence: Confidence | None = None
    interrupted: bool = False

    @property
    def failed(self) -> int:
        return sum(result.verdict == "FAIL" for result in self.results)

    @property
    def claims(self) -> int:
        return sum(result.claims for result in self.results) + self.under_way

    def verdict(self) -> str:
        if self.interrupted:
            found = f"{self.strategy} breaks the contract" if self.failed else "no violation so far"
            points = f"{len(self.results)} of {self.points} points"
            return f"Interrupted after {points} and {self.claims:,} claims: {found}. The rest was not checked."
        required = sum(result.required for result in self.results)
        points = f"{required} required points, {len(self.results) - required} noted"
        stressed = under_stress(self.results)
        claims = f"{self.claims:,} claims in all, {stressed:,} of them in the stress tests"
        seconds = sum(result.seconds for result in self.results)
        verdict = f"breaks the contract in {self.failed} of" if self.failed else "keeps the contract:"
        line = f"{self.strategy} {verdict} {points}; {claims} ({seconds:.1f} s)."
        return f"{line}\nThe stress tests saw {self.confidence}." if self.confidence else line

    def to_dict(self) -> dict[str, Any]:
        return {
            "strategy": self.strategy,
            "kept": False if self.failed else None if self.interrupted else True,
            "interrupted": self.interrupted,
            "claims": self.claims,
            "confidence": self.confidence and self.confidence.to_dict(),
            "results": [dataclasses.asdict(result) | {"verdict": result.verdict} for result in self.results],
        }


def _line(result: PointResult) -> str:
    lines = labelled(result.verdict, result.sentence)
    return lines if result.problem is None else f"{lines}\n{labelled('', result.problem)}"
