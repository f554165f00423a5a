"""A surge in numbers, and in one line."""

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from booking_sim.records.attempts import FAILURES, Call
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.failures import ERRORS
from booking_sim.stats.latency import PERCENTS, censored, percentiles
from booking_sim.stats.metrics import METRICS, WITHOUT_WARM_UP
from booking_sim.stats.outcomes import answer_times, count_oversold, sold
from booking_sim.stats.requests import FOUND, Columns, with_requests
from booking_sim.stats.skipped import total_skip_depth

_TIMES: Final = ("queued_at", "sent_at", "latency_ms")
_PAID: Final = ("confirmed", "already_confirmed")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a run.

    Attributes:
        start: Attempts that were answered from then on, in seconds since the start.
        end: Attempts that were answered before then.
        kind: Those of buyers of this kind; None: of all.
        call: Those of this call; None: of all.
    """

    start: float = 0.0
    end: float = math.inf
    kind: str | None = None
    call: str | None = None

    @property
    def has_window(self) -> bool:
        """Whether it begins or ends at an instant of its own."""
        return (self.start, self.end) != (0.0, math.inf)

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole run."""
        return self == Part()

    def select(self, columns: Columns) -> Columns:
        """The columns of the attempts that belong to it.

        Args:
            columns: Those of all attempts.

        Returns:
            The same for the part.
        """
        if self.is_whole:
            return columns
        attempts = columns("kind", "call", *_TIMES)
        chosen = answer_times(attempts).between(self.start, self.end, inclusive="left")
        for name in ("kind", "call"):
            wanted = getattr(self, name)
            if wanted is not None:
                chosen &= attempts[name] == wanted
        return lambda *names: columns(*names)[chosen]

    def seconds(self, attempts: pd.DataFrame) -> float:
        """How long it took: its window, or else from the first plan, up to the last answer.

        Args:
            attempts: The attempts that belong to it.

        Returns:
            Seconds.
        """
        if attempts.empty:
            return 0.0
        begins = self.start if self.has_window else float(attempts["scheduled_at"].min())
        return min(self.end, float(answer_times(attempts).max())) - begins


WHOLE: Final = Part()


def summarise(
    scenario: Scenario,
    columns: Columns,
    *,
    holds: pd.DataFrame,
    inventory: pd.DataFrame,
    audit: pd.DataFrame,
    proof: pd.DataFrame,
    is_incomplete: bool,
    part: Part = WHOLE,
) -> pd.Series:
    """The metrics of a surge, or of a part of it.

    Args:
        scenario: What was run.
        columns: Gives columns of the attempts. It is asked for a few at a time, since a
            million attempts take 130 MB in whole.
        holds: As SurgeResult.holds.
        inventory: As SurgeResult.inventory.
        audit: As SurgeResult.audit.
        proof: As SurgeResult.proof.
        is_incomplete: Whether attempts may be missing.
        part: Which part.

    Returns:
        The metrics of `booking_sim.stats.metrics.METRICS` by name; those of
        `OF_THE_RUN` are of the whole run also in a part.
    """
    chosen = part.select(with_requests(columns))
    ends = _buyers(chosen, scenario.buyer_count if part.is_whole else None)
    values: dict[str, Any] = {
        "tickets": scenario.events * scenario.tickets,
        "partial": is_incomplete,
        "contradictions": int(proof["violations"].sum()),
        **ends,
        **_sales(chosen, holds, inventory, part),
        **_checks(columns, scenario, holds, inventory, audit, is_incomplete=is_incomplete),
        **_calls(chosen, ends["unanswered"], part),
        **_latencies(chosen),
        **_first_calls(chosen),
    }
    if scenario.warm_up_s and not part.has_window:
        later = replace(part, start=scenario.warm_up_s)
        of_later = later.select(with_requests(columns))
        depth = {"skip_depth": _skip_depth(of_later)}
        steady = _calls(of_later, math.nan, later) | _latencies(of_later) | depth
        values |= {name: steady[name] for name in WITHOUT_WARM_UP}
    return pd.Series({name: values[name] for name in METRICS}, name="surge", dtype=object)


def _buyers(columns: Columns, buyers: int | None) -> dict[str, float]:
    """Each buyer by the final outcome of reserving."""
    attempts = columns("buyer", "attempt", "call", "outcome")
    everybody = attempts["buyer"].nunique() if buyers is None else buyers
    attempts = attempts[attempts["call"] == Call.RESERVE]
    order = np.lexsort([attempts["attempt"], attempts["buyer"]])
    buyer = attempts["buyer"].to_numpy()[order]
    last = order[np.append(buyer[1:] != buyer[:-1], True)] if len(order) else order
    counts = attempts["outcome"].iloc[last].value_counts()
    return {
        "buyers": everybody,
        **{name: int(counts.get(name, 0)) for name in ("held", "sold_out", "contended", "timed_out", "gave_up")},
        "held_too_late": int(counts.get("hold_expired", 0)),
        "failed_buyers": int(sum(counts.get(name, 0) for name in ERRORS)),
        "unanswered": math.nan if buyers is None else everybody - len(last),
    }


def _sales(columns: Columns, holds: pd.DataFrame, inventory: pd.DataFrame, part: Part) -> dict[str, float]:
    """Holds and payments, by the answers that buyers got; and the tickets that were sold."""
    outcome = columns("outcome")["outcome"]
    held = columns("intent_id", "ticket_nos")[outcome == "held"].drop_duplicates("intent_id")
    is_sold = sold(columns("outcome", "repeats"))
    paid = columns("intent_id")["intent_id"][is_sold].drop_duplicates()
    if part.is_whole and len(inventory):
        tickets_sold = int(inventory["sold"].iloc[-1])
    else:
        tickets_sold = int(holds.loc[holds["intent_id"].isin(paid), "quantity"].sum())
    return {
        "tickets_sold": tickets_sold,
        "tickets_held": int(held["ticket_nos"].list.len().sum()),
        "confirmed": len(paid),
        "expired": columns("intent_id")["intent_id"][outcome == "expired"].nunique(),
        "sold_out_after_s": float(answer_times(columns(*_TIMES)[outcome == "sold_out"]).min()),
        "skip_depth": _skip_depth(columns),
    }


def _skip_depth(columns: Columns) -> float:
    return total_skip_depth(columns("outcome", "ticket_nos", "locked_rows_skipped", "dead_rows_scanned", *_TIMES))


def _checks(
    columns: Columns,
    scenario: Scenario,
    holds: pd.DataFrame,
    inventory: pd.DataFrame,
    audit: pd.DataFrame,
    *,
    is_incomplete: bool,
) -> dict[str, Any]:
    """What must not be, of the whole run."""
    outcome = columns("outcome")["outcome"]
    about = columns("event", "call", "outcome", "repeats", "intent_id", "ticket_nos", "hold_expires_at")[
        outcome.isin(["held", *_PAID]) | (columns("call")["call"] == Call.RELEASE)
    ]
    released = about.loc[about["call"] == Call.RELEASE, "intent_id"]
    in_tables = holds.loc[holds["end"] == "released", "intent_id"]
    unrecorded = in_tables[~in_tables.isin(released)] if is_incomplete else in_tables.iloc[:0]
    hold_s = scenario.seconds(scenario.hold)
    oversold = count_oversold(about, hold_s, without=unrecorded)
    was_done = bool(audit["checked"].any())
    violations = int((audit["violations"] > 0).sum()) if was_done else math.nan
    return {
        "oversold": max(oversold, int(inventory["oversold"].iloc[-1]) if len(inventory) else 0),
        "oversold_unclear": count_oversold(about, hold_s) - oversold,
        "audit_ok": violations == 0,
        "violations": violations,
    }


def _calls(columns: Columns, unanswered: float, part: Part) -> dict[str, float]:
    """What became of calls."""
    attempts = columns("outcome", "is_final", "scheduled_at", *_TIMES)
    is_final = attempts["is_final"]
    failed = attempts["outcome"].isin(FAILURES)
    sent = attempts["sent_at"].notna()
    answered, offered = int((~failed).sum()), len(attempts) + (0 if math.isnan(unanswered) else int(unanswered))
    seconds = part.seconds(attempts)
    return {
        "errors": int((is_final & attempts["outcome"].isin(ERRORS)).sum()),
        "offered": offered,
        "sent": int(sent.sum()),
        "answered": answered,
        "refused": int(attempts["outcome"].isin(["sold_out", "contended"]).sum()),
        "lost": int((sent & failed).sum()),
        "answered_share": answered / offered if offered else math.nan,
        "attempts": len(attempts),
        "retries": int((~is_final).sum()),
        "failed_attempts": int(failed.sum()),
        "duration_s": seconds,
        "offered_per_s": offered / seconds if seconds else 0.0,
        "throughput": answered / seconds if seconds else 0.0,
        "late_ms": 1000 * float((attempts["queued_at"] - attempts["scheduled_at"]).quantile(0.99)),
    }


def _latencies(columns: Columns) -> dict[str, float]:
    attempts = columns("outcome", *FOUND, *_TIMES)
    values: dict[str, float] = {}
    for clock, name in (("scheduled", ""), ("dispatch", "_dispatch"), ("database", "_database")):
        found = percentiles(attempts, (*PERCENTS, 99.9, 100), clock=clock)
        values |= {f"p{percent:g}{name}_ms".replace(".", ""): float(found[percent]) for percent in (*PERCENTS, 99.9)}
        if clock == "scheduled":
            waits = censored(attempts, clock)
            values |= {"max_ms": float(found[100]), "mean_ms": float(waits.mean()) if waits.size else math.nan}
    return values


def _first_calls(columns: Columns) -> dict[str, float]:
    """What connections took to make a call for the first time."""
    attempts = columns("outcome", "is_first_call", "latency_ms")
    is_first = attempts["is_first_call"] & ~attempts["outcome"].isin(FAILURES)
    latency = attempts.loc[is_first, "latency_ms"]
    return {
        "first_calls": len(latency),
        "p50_first_call_ms": float(latency.quantile(0.5, interpolation="lower")),
        "max_first_call_ms": float(latency.max()),
    }


def headline(summary: pd.Series) -> str:
    """A surge in one line; what went wrong comes first, then the tickets that were sold."""
    tickets, held, oversold = summary["tickets"], summary["tickets_held"], summary["oversold"]
    unclear, is_audited = summary["oversold_unclear"], not math.isnan(summary["violations"])
    contradictions = summary["contradictions"]
    wrong = [
        *(["partial run"] if summary["partial"] else []),
        *([f"{_number(oversold, 'ticket')} sold twice"] if oversold else []),
        *([f"{_number(unclear, 'ticket')} perhaps sold twice, since attempts are missing"] if unclear else []),
        *([f"answers and tables contradict each other {_number(contradictions, 'time')}"] if contradictions else []),
        *([] if is_audited else ["the audit was not done"]),
        *(["the audit failed"] if is_audited and not summary["audit_ok"] else []),
        *([f"{_number(summary['errors'], 'call')} failed"] if summary["errors"] else []),
    ]
    if summary["tickets_sold"] or summary["confirmed"] or summary["expired"]:
        parts = [
            f"{summary['tickets_sold']:,} of {tickets:,} tickets sold",
            *([f"{_number(summary['expired'], 'payment')} too late"] if summary["expired"] else []),
            f"held {held:,} times",
        ]
    else:
        parts = [
            f"{held:,} of {tickets:,} tickets held" if held <= tickets else f"{tickets:,} tickets, held {held:,} times"
        ]
    parts += [
        f"{_number(summary['sold_out'], 'buyer')} refused",
        *(f"{summary[name]:,} {word}" for name, word in _EXCEPTIONS.items() if summary[name]),
        *(["none sold twice"] if summary["audit_ok"] and not oversold and not unclear else []),
    ]
    first = ", ".join(wrong)
    return (f"{first[0].upper()}{first[1:]}: " if first else "") + ", ".join(parts)


_EXCEPTIONS: Final = {
    "contended": "contended",
    "timed_out": "timed out",
    "gave_up": "gave up",
    "held_too_late": "answered after their hold had run out",
    "unanswered": "unanswered",
}
"""Buyers who got neither a ticket nor a refusal: their metrics, and what the headline calls them."""


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
