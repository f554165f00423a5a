"""The point that judges surges: what is rare, or shows only when all answers are laid side by side, is found here."""

from time import monotonic
from typing import Any, Final

from booking_sim.contract.point import point
from booking_sim.contract.subject import Broken, Subject
from booking_sim.load_generator.run import surge
from booking_sim.proof.finding import Verdict
from booking_sim.proof.rules import verdict
from booking_sim.result.result import SurgeResult

LONGEST_S, _SHORTEST_S = 10.0, 0.3
"""Of one surge; then comes another, with other buyers: a proof keeps all its answers in memory."""

_SOLD_PER_S: Final = 80
"""Tickets for those who pay, for each second: so nearly all others are in holds, and refusals are among the answers."""

_KINDS: Final[dict[str, Any]] = {
    "fan": {"share": 7, "pays": 0.05, "fails": 0.4, "think": "~30ms"},
    "group": {"share": 2, "pays": 0.05, "fails": 0.4, "think": "~30ms", "quantity": 3},
    "late": {"share": 1, "pays": 0.1, "think": "~120ms"},
}


@point
def proved(subject: Subject) -> int:
    """However long surges go on, the answers of all buyers agree with the tables, with each other, and with the clock.

    Returns:
        The holds that were made and judged: none of a surge of which the proof cannot tell.
    """
    seconds = subject.stress_for.total_seconds()
    claims, seed, start = 0, 0, monotonic()
    why_none = "no buyer got a hold, so nothing was judged"
    while not seed or monotonic() < start + seconds:
        seed += 1
        result = _surge(subject, min(LONGEST_S, max(start + seconds - monotonic(), _SHORTEST_S)), seed)
        if result.manifest.interrupted:
            raise KeyboardInterrupt
        if verdict(result.proof) is Verdict.HOLDS:
            claims += int(result.summary()["held"])
        elif reasons := [*filter(None, result.proof["reason"])]:
            why_none = f"no surge could be judged: {reasons[0]}"
        subject.progress(claims, monotonic() - start, seconds)
        if wrong := _violated(result):
            raise Broken(f"in a surge with seed {seed}: {wrong}")
    if not claims:
        raise Broken(why_none)
    return claims


def _surge(subject: Subject, seconds: float, seed: int) -> SurgeResult:
    return surge(
        strategy=subject.strategy.path,
        url=subject.url,
        duration=f"{seconds:.3f}s",
        tickets=200 + round(_SOLD_PER_S * seconds),
        hold="100ms",
        kinds=_KINDS,
        connections=16,
        depth_every=0,
        seed=seed,
        progress=False,
    )


def _violated(result: SurgeResult) -> str:
    """Which rules of audit and proof are violated, and how often; what is missing of the run; empty if all is well."""
    rules = result.proof.loc[result.proof["verdict"] == "violated", ["rule", "violations"]].to_dict("records")
    audited = result.audit.loc[result.audit["violations"] > 0, ["rule", "violations"]].to_dict("records")
    found = [f"{row['rule']} ({row['violations']:,} times not so)" for row in [*rules, *audited]]
    return "; ".join([*found, *result.manifest.problems])
