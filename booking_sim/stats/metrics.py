"""The metrics of a surge: what each of them says. A name in this list is stable."""

from typing import Final

_PERCENTILES: Final = {"p50": "Half", "p95": "95 of 100", "p99": "99 of 100"}
_CLOCKS: Final = {
    "database": "since the request was sent",
    "dispatch": "since a connection was requested",
}

METRICS: Final = {
    "tickets": "Tickets on sale.",
    "tickets_sold": "Tickets that were paid for, by the end.",
    "tickets_held": "Tickets in all holds; one that was held again counts again.",
    "buyers": "People who wanted to buy.",
    "held": "Buyers whose final outcome is a hold that had not run out when they got the answer.",
    "sold_out": "Buyers whose final outcome is that it is sold out.",
    "contended": "Buyers whose final outcome is that others had the last tickets locked.",
    "timed_out": "Buyers whose last reserve took longer than their patience.",
    "gave_up": "Buyers who left before a connection was free for their reserve.",
    "failed_buyers": "Buyers whose last reserve failed, by an error or a lost answer.",
    "held_too_late": "Buyers whose final outcome is a hold that had run out when they got the answer.",
    "unanswered": "Buyers of whom no call is recorded.",
    "sold_out_after_s": "When the first refusal came, in seconds since the start.",
    "confirmed": "Holds that were paid for in time, by the answers that buyers got.",
    "expired": "Payments after the deadline of the hold, which sold nothing.",
    "oversold": "Tickets promised to two buyers at once, as the database or the buyers saw it, whichever is more.",
    "oversold_unclear": "Tickets that would be so, if no release is missing from the attempts.",
    "audit_ok": "Whether the audit was done, and no invariant is violated.",
    "violations": "Invariants of the database that are violated.",
    "contradictions": "Answers, and rows of the tables, that the proof found to contradict each other.",
    "partial": "Whether something is missing from the run or its result.",
    "errors": "Requests of any call that ended in an error or a lost answer.",
    "offered": "Calls that buyers came to make: those recorded, and one for each buyer of whom none is.",
    "sent": "Calls that were sent to the database.",
    "answered": "Calls that the database answered.",
    "refused": "Calls that were answered with 'sold out' or 'contended'.",
    "lost": "Calls that were sent and not answered: errors, timeouts, lost answers.",
    "answered_share": "The share of the offered calls that were answered, from 0 to 1.",
    "attempts": "Calls that are recorded, sent or not.",
    "retries": "Attempts that repeat an earlier one of the same request.",
    "failed_attempts": "Attempts without an answer, sent or not.",
    "duration_s": "From the first planned call to the last answer, in seconds.",
    "offered_per_s": "Offered calls per second.",
    "throughput": "Answers per second.",
    "skip_depth": "Rows that a claim skipped, locked or dead, for each ticket that it took; of a sample of the calls.",
    "late_ms": "99 of 100 calls were due no longer than this when the generator came to them.",
    "mean_ms": "The mean time from the planned instant of a request to its final answer.",
    **{
        f"{name}_ms": f"{share} of the requests had their final answer no later, since their planned instant."
        for name, share in (_PERCENTILES | {"p999": "999 of 1,000"}).items()
    },
    "max_ms": "The longest time from the planned instant of a request to its final answer.",
    **{
        f"{name}_{clock}_ms": f"{share} of the calls were answered no later, {since}."
        for clock, since in _CLOCKS.items()
        for name, share in _PERCENTILES.items()
    },
    "first_calls": "Calls that were the first of their kind on their connection, the warming of connections apart.",
    "p50_first_call_ms": "Half of these were answered no later, since the request was sent.",
    "max_first_call_ms": "The longest time of these.",
}
"""By name, in the order of the summary. Times are in milliseconds where a name ends in `_ms`, infinite where too few
requests were answered ("not reached"), and not a number where there was none."""

OF_THE_RUN: Final = ("tickets", "oversold", "oversold_unclear", "audit_ok", "violations", "contradictions", "partial")
"""Those that a part of a run has from the whole run."""

WITHOUT_WARM_UP: Final = (
    *("duration_s", "offered_per_s", "throughput", "skip_depth", "late_ms"),
    *(name for name in METRICS if name.endswith("_ms") and "first_call" not in name and name != "late_ms"),
)
"""Those that leave out what was answered before the scenario's `warm_up`; the others are counts of the whole run."""
