"""The metrics of one surge that strategies are compared by: SurgeResult -> numbers by name."""

from typing import Any

import numpy as np
import pandas as pd

from booking_sim.result.result import SurgeResult
from booking_sim.stats.contention import at_work, has_mean
from booking_sim.stats.latency import time_to_final_answer
from booking_sim.stats.order import fairness
from booking_sim.stats.skipped import skip_depth

WAITS = ("Lock", "LWLock", "IO", "IPC", "Timeout")
"""The types of wait events that are reported, as charts stack them; to wait for the client is not to wait."""

METRICS = {
    "throughput": "buyers a second who got tickets or a refusal, however often they had to ask",
    "tickets_per_s": "tickets held a second, to the last one",
    "p50_ms": "milliseconds in the database that half of the calls did not exceed",
    "p99_ms": "the same for 99 of 100",
    "buyer_p99_ms": "milliseconds until the final answer that 99 of 100 buyers did not exceed, retries included",
    "locked": "tickets that a claim skipped because another session had them locked, for each that it took",
    "dead": "the same, entries and rows of tickets that somebody had taken already",
    "refusal": "both, for each call that took none",
    **{f"wait_{kind}": f"clients that waited at any moment, for a wait event of type {kind}" for kind in WAITS},
    "dead_tuples": "dead rows in the booking tables at most, as PostgreSQL estimates them",
    "tau": "order of sale against order of arrival (Kendall's tau-b): 1 is first come, first served; 0 is a lottery",
    "displacement": "places that a buyer was sold to earlier or later than in the order of arrival, on average",
    "out_of_turn": "share of the buyers with tickets who came too late for one",
    "held": "buyers with tickets",
    "sold_out": "buyers refused",
    "contended": "buyers who gave up contended",
    "errors": "buyers whose last answer was an error",
    "retries": "calls that their buyer had made before",
    "oversold": "tickets promised twice",
    "violations": "invariants that the audit found broken",
    "generator_busy": "share of its time that the busiest worker of the generator was at work",
}
"""What a comparison measures in each run, by its name."""


def metrics(result: SurgeResult) -> dict[str, Any]:
    """The metrics of a run: those of METRICS."""
    summary = result.summary()
    depth = skip_depth(result.counted())
    order = fairness(result.attempts, result.holds)
    last_held = result.holds["held_at"].max()
    return {
        "throughput": (summary["held"] + summary["sold_out"]) / (summary["duration_s"] or np.nan),
        "tickets_per_s": summary["tickets_held"] / last_held if last_held > 0 else np.nan,
        **{name: summary[name] for name in ("p50_ms", "p99_ms")},
        "buyer_p99_ms": time_to_final_answer(result.counted()).quantile(0.99, interpolation="higher"),
        "locked": depth["locked"],
        "dead": depth["dead"],
        "refusal": depth["refusal_dead"] + np.nan_to_num(depth["refusal_locked"]),
        **_waits(result.waits),
        "dead_tuples": result.server["dead_tuples"].max(),
        **order,
        **{name: summary[name] for name in ("held", "sold_out", "contended", "errors", "retries", "oversold")},
        "violations": int((result.audit["violations"] > 0).sum()),
        "generator_busy": max(result.manifest.generator.busy, default=np.nan),
    }


def _waits(waits: pd.DataFrame) -> dict[str, float]:
    """How many clients waited at any moment, by the type of what they waited for; not a number of too few samples."""
    samples = waits["seconds"].nunique()
    counts = waits.loc[at_work(waits), "wait_event_type"].value_counts()
    return {f"wait_{kind}": counts.get(kind, 0) / samples if has_mean(waits) else np.nan for kind in WAITS}
