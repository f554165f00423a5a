"""The figures of a summary, each with what it says: no more than a name can tell is left to guess."""

from typing import Final

_LATENCIES = {
    "p50_ms": "Half of the answers took no longer, from sending the call to its answer.",
    "p95_ms": "95 of 100 answers took no longer.",
    "p99_ms": "99 of 100 answers took no longer.",
    "p50_scheduled_ms": "Half of the answers took no longer, counted from when the call was planned.",
    "p95_scheduled_ms": "95 of 100 answers took no longer, counted from when the call was planned.",
    "p99_scheduled_ms": "99 of 100 answers took no longer, counted from when the call was planned.",
}

FIGURES: Final = {
    "tickets": "Tickets that were on sale.",
    "buyers": "People who wanted to buy.",
    "held": "Buyers whose last word was that they hold tickets.",
    "sold_out": "Buyers whose last word was that it is sold out.",
    "contended": "Buyers whose last word was that others had the last tickets locked.",
    "errors": "Buyers whose last word was an error.",
    "timed_out": "Buyers whose last call took too long.",
    "gave_up": "Buyers who did not wait for their turn.",
    "unanswered": "Buyers who had no word at all.",
    "tickets_held": "Tickets in all holds; one that was held again counts again.",
    "tickets_sold": "Tickets that were paid for, by the end.",
    "sold_out_after_s": "When the first refusal came, in seconds since the start.",
    "confirmed": "Payments that were in time.",
    "expired": "Payments that came after the hold had run out, and sold nothing.",
    "oversold": "Tickets promised twice, as the database or the buyers saw it, whichever is more.",
    "audit_ok": "Whether every invariant of the database holds.",
    "contradictions": "Answers, and rows of the tables, that the proof found to contradict each other.",
    "partial": "Whether the run ended before every buyer had the last word.",
    "attempts": "Calls that were made.",
    "retries": "Calls that their buyer had made before.",
    "failed_attempts": "Calls that the database did not answer.",
    "duration_s": "From the first call to the last answer, in seconds.",
    "throughput": "Attempts a second.",
    "skip_depth": "Tickets that a claim walked past, locked or taken already, for each that it took; of a sample.",
    "late_ms": "99 of 100 calls were due no longer than this when the generator came to them.",
    **_LATENCIES,
}
"""By name, in the order of the summary."""

WINDOWED: Final = ("attempts", "failed_attempts", "throughput", *_LATENCIES)
"""Those that a part of the run has too."""
