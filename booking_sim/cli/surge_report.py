"""What `booking-sim surge` prints: the headline, the metrics in words, and the requirements that are not met."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from booking_sim.plots.units import ms_text, seconds_text
from booking_sim.result.durability import acknowledges_early
from booking_sim.result.thresholds import Judgement
from booking_sim.stats.caveats import caveats
from booking_sim.stats.failures import errors_of
from booking_sim.stats.sessions import foreign_load, limited_by

if TYPE_CHECKING:
    import pandas as pd

    from booking_sim.result.result import SurgeResult
    from booking_sim.scenario.scenario import Scenario

_SHOWN_ERRORS = 3


def report(result: "SurgeResult", folder: Path) -> str:
    """Write a run in words.

    Args:
        result: The run.
        folder: Where it is kept.
    """
    metrics = result.summary()
    lines = {
        "missing": "; ".join(result.manifest.problems),
        "buyers": _counts(
            metrics,
            held="held",
            sold_out="sold out",
            contended="contended",
            failed_buyers="failed",
            held_too_late="answered too late",
            unanswered="unanswered",
        ),
        "warm-up": _warm_up(result.scenario),
        "left": _counts(metrics, gave_up="gave up waiting for a connection", timed_out="timed out"),
        "payments": _counts(metrics, confirmed="in time", expired="too late, which sold nothing"),
        "calls": _calls(metrics),
        "latency": f"{_latencies(metrics, '')}, from the plan to the final answer",
        "database": f"{_latencies(metrics, '_database')}, from sending a call to its answer",
        "errors": _errors(result),
        "skipped": _skipped(result),
        "slowed by": limited_by(result.manifest.generator.bottleneck, result.sessions, result.waits),
        "oversold": f"{metrics['oversold']:,}",
        "audit": _audit(result.audit),
        "proof": _proof(result.proof),
        "server": _restarts(result.manifest.server_restarts),
        "durable": acknowledges_early(result.manifest.environment.server["settings"]),
        "foreign": " ".join(foreign_load(result.sessions, result.waits)),
        "observer": "; ".join(result.manifest.observer.problems),
        "note": " ".join(caveats(metrics, result.scenario)),
        "kept in": str(folder),
    }
    return "\n".join([f"{result.headline}.", "", *(f"  {name:<9} {text}" for name, text in lines.items() if text)])


def _restarts(times: Sequence[str]) -> str:
    return f"died and was started again: {', '.join(times)}" if times else ""


def unmet(judgements: Sequence[Judgement], given: int) -> str:
    """Write a table of the requirements that are not met; one line if all are; nothing if none was given.

    Args:
        judgements: What each came to.
        given: How many of them the user gave.
    """
    failed = [judgement for judgement in judgements if not judgement.is_met]
    if not failed and not given:
        return ""
    width = max((len(judgement.threshold.text) for judgement in failed), default=0)
    rows = [f"  {judgement.threshold.text:<{width}}   measured: {judgement}" for judgement in failed]
    return "\n".join(["", f"{len(judgements) - len(failed)} of {len(judgements)} requirements are met.", *rows, ""])


def _counts(metrics: "pd.Series", **words: str) -> str:
    """The buyers of each outcome; nothing if there are none at all."""
    shown = {name: metrics[name] for name in words if not math.isnan(metrics[name])}
    return " · ".join(f"{count:,} {words[name]}" for name, count in shown.items()) if any(shown.values()) else ""


def _calls(metrics: "pd.Series") -> str:
    retries = f" · {metrics['retries']:,} retries" if metrics["retries"] else ""
    return (
        f"{metrics['offered']:,} offered · {metrics['sent']:,} sent · {metrics['answered']:,} answered"
        f" ({_percent(metrics['answered_share'])}){retries} · {metrics['throughput']:,.0f} answers per second"
        f" for {seconds_text(metrics['duration_s'])}"
    )


def _warm_up(scenario: "Scenario") -> str:
    what = "is left out of rates and times below; counts are of the whole run"
    return f"the first {seconds_text(scenario.warm_up_s)} {what}" if scenario.warm_up_s else ""


def _percent(share: float) -> str:
    return "none" if math.isnan(share) else f"{share:.3%}".replace(".000%", "%").replace("%", " %")


def _latencies(metrics: "pd.Series", clock: str) -> str:
    return " · ".join(f"p{percent} {ms_text(metrics[f'p{percent}{clock}_ms'])}" for percent in (50, 95, 99))


def _errors(result: "SurgeResult") -> str:
    errors = errors_of(result.recorded.pieces("call", "outcome", "sqlstate", "error"))
    named = [
        f"{count:,} of {call}: {error}" + (f" ({sqlstate})" if sqlstate else "")
        for call, sqlstate, error, count in errors.head(_SHOWN_ERRORS).to_numpy().tolist()
    ]
    rest = errors["count"].iloc[_SHOWN_ERRORS:].sum()
    return "; ".join([*named, *([f"and {rest:,} others"] if rest else [])])


def _audit(audit: "pd.DataFrame") -> str:
    broken = audit[audit["violations"] > 0]
    if not audit["checked"].any():
        return "not done"
    verdict = "passed" if broken.empty else "FAILED: " + "; ".join(broken["rule"])
    return f"{verdict} ({audit['checked'].sum()} invariants)"


def _proof(proof: "pd.DataFrame") -> str:
    """What the history says: how many answers and rows were judged, or what is wrong, or why that cannot be known."""
    violated, untold = proof[proof["violations"] > 0], proof[proof["untold"] > 0]
    if len(violated):
        counts = zip(violated["rule"], violated["violations"], strict=True)
        return "VIOLATED: " + "; ".join(f"{rule} {count:,} violations." for rule, count in counts)
    if len(untold):
        return f"cannot tell for {untold['untold'].sum():,} answers and rows: {'; '.join(untold['reason'].unique())}"
    return f"holds ({proof['judged'].sum():,} answers and rows by {len(proof)} rules)"


def _skipped(result: "SurgeResult") -> str:
    """The skip depth, and what of it the server does not show."""
    depth, measured = result.summary()["skip_depth"], result.manifest.skip_depth
    if math.isnan(depth):
        return "not measured: no call that got tickets was in the sample (--depth-every)"
    is_seen = measured is None or measured.plans
    unseen = "" if is_seen else "; locked ones are not seen: that takes a superuser, or auto_explain"
    return f"{depth:,.1f} rows for each ticket taken{unseen}"
