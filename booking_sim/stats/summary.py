"""A surge in numbers, and in one line."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from booking_sim.records.attempts import FAILURES, OUTCOMES, Call
from booking_sim.records.columns import joined
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.failures import ERRORS
from booking_sim.stats.latency import PERCENTS, at_percents, censored_in
from booking_sim.stats.metrics import METRICS, WITHOUT_WARM_UP
from booking_sim.stats.outcomes import TIMES, answer_times, count_oversold, reserving, sold
from booking_sim.stats.requests import Pieces, with_requests
from booking_sim.stats.skipped import total_skip_depth

_PAID: Final = ("confirmed", "already_confirmed")
_OF_A_SALE: Final = ("outcome", "repeats", "intent_id", "ticket_nos")


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

    def select(self, pieces: Pieces) -> Pieces:
        """The columns of the attempts that belong to it.

        Args:
            pieces: Those of all attempts.

        Returns:
            The same for the part.
        """
        if self.is_whole:
            return pieces

        def give(*names: str) -> Iterator[pd.DataFrame]:
            for piece in pieces(*dict.fromkeys((*names, "kind", "call", *TIMES))):
                chosen = answer_times(piece).between(self.start, self.end, inclusive="left")
                for name in ("kind", "call"):
                    wanted = getattr(self, name)
                    if wanted is not None:
                        chosen &= piece[name] == wanted
                yield piece.loc[chosen, [*names]]

        return give

    def seconds(self, planned_at: float, answered_at: float) -> float:
        """How long it took: its window, or else from the first plan, up to the last answer.

        Args:
            planned_at: The first planned instant of the attempts that belong to it, in seconds since the start.
            answered_at: The last answer to them; before the plan: there are none.

        Returns:
            Seconds.
        """
        if answered_at < planned_at:
            return 0.0
        return min(self.end, answered_at) - (self.start if self.has_window else planned_at)


WHOLE: Final = Part()


def summarise(
    scenario: Scenario,
    pieces: Pieces,
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
        pieces: Gives columns of the attempts, a piece at a time: a million attempts take
            130 MB in whole.
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
    every = with_requests(pieces)
    chosen = part.select(every)
    ends = _buyers(chosen, scenario.buyer_count if part.is_whole else None)
    values: dict[str, Any] = {
        "tickets": scenario.events * scenario.tickets,
        "partial": is_incomplete,
        "contradictions": int(proof["violations"].sum()),
        **ends,
        **_sales(chosen, holds, inventory, part),
        **_checks(pieces, scenario, holds, inventory, audit, is_incomplete=is_incomplete),
        **_calls(chosen, ends["unanswered"], part),
        **_latencies(chosen),
        **_first_calls(chosen),
    }
    if scenario.warm_up_s and not part.has_window:
        later = replace(part, start=scenario.warm_up_s)
        of_later = later.select(every)
        depth = {"skip_depth": _skip_depth(of_later)}
        steady = _calls(of_later, math.nan, later) | _latencies(of_later) | depth
        values |= {name: steady[name] for name in WITHOUT_WARM_UP}
    return pd.Series({name: values[name] for name in METRICS}, name="surge", dtype=object)


def _buyers(pieces: Pieces, buyers: int | None) -> dict[str, float]:
    """Each buyer by the final outcome of reserving."""
    came, attempt, code = (np.zeros(0, dtype) for dtype in (bool, np.int32, np.int8))  # by buyer
    for piece in pieces("buyer", "attempt", "call", "outcome"):
        more = max(int(piece["buyer"].max()) + 1 - came.size, 0) if len(piece) else 0
        came, attempt, code = np.pad(came, (0, more)), np.pad(attempt, (0, more)), np.pad(code, (0, more))
        came[piece["buyer"]] = True
        asked = reserving(piece).sort_values("attempt", kind="stable").drop_duplicates("buyer", keep="last")
        later = asked[asked["attempt"].to_numpy() >= attempt[asked["buyer"]]]
        attempt[later["buyer"]] = later["attempt"]
        code[later["buyer"]] = 1 + pd.Index(OUTCOMES).get_indexer(pd.Index(later["outcome"]))
    ends = np.bincount(code, minlength=1 + len(OUTCOMES))
    counts = dict(zip(OUTCOMES, ends[1:].tolist(), strict=True))
    everybody = int(came.sum()) if buyers is None else buyers
    return {
        "buyers": everybody,
        **{name: counts[name] for name in ("held", "sold_out", "contended", "timed_out", "gave_up")},
        "held_too_late": counts["hold_expired"],
        "failed_buyers": sum(counts[name] for name in ERRORS),
        "unanswered": math.nan if buyers is None else everybody - sum(counts.values()),
    }


def _sales(pieces: Pieces, holds: pd.DataFrame, inventory: pd.DataFrame, part: Part) -> dict[str, float]:
    """Holds and payments, by the answers that buyers got; and the tickets that were sold."""
    about = _those(pieces, lambda some: some["outcome"].isin(["held", "expired", *_PAID]), *_OF_A_SALE)
    held = about[about["outcome"] == "held"].drop_duplicates("intent_id")
    paid = about.loc[sold(about), "intent_id"].drop_duplicates()
    if part.is_whole and len(inventory):
        tickets_sold = int(inventory["sold"].iloc[-1])
    else:
        tickets_sold = int(holds.loc[holds["intent_id"].isin(paid), "quantity"].sum())
    refused = (piece[piece["outcome"] == "sold_out"] for piece in pieces("outcome", *TIMES))
    return {
        "tickets_sold": tickets_sold,
        "tickets_held": int(held["ticket_nos"].list.len().sum()),
        "confirmed": len(paid),
        "expired": about.loc[about["outcome"] == "expired", "intent_id"].nunique(),
        "sold_out_after_s": float(np.fmin.reduce([answer_times(piece).min() for piece in refused])),
        "skip_depth": _skip_depth(pieces),
    }


def _skip_depth(pieces: Pieces) -> float:
    names = ("outcome", "ticket_nos", "locked_rows_skipped", "dead_rows_scanned", *TIMES)
    return total_skip_depth(_those(pieces, lambda some: some["dead_rows_scanned"].notna(), *names))


def _those(pieces: Pieces, chosen: Callable[[pd.DataFrame], pd.Series], *names: str) -> pd.DataFrame:
    """Some columns of the attempts that are chosen by them."""
    return joined(piece[chosen(piece)] for piece in pieces(*names))


def _checks(
    pieces: Pieces,
    scenario: Scenario,
    holds: pd.DataFrame,
    inventory: pd.DataFrame,
    audit: pd.DataFrame,
    *,
    is_incomplete: bool,
) -> dict[str, Any]:
    """What must not be, of the whole run."""
    about = _those(
        pieces,
        lambda some: some["outcome"].isin(["held", *_PAID]) | (some["call"] == Call.RELEASE),
        *("event", "call", "hold_expires_at", *_OF_A_SALE),
    )
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


def _calls(pieces: Pieces, unanswered: float, part: Part) -> dict[str, float]:
    """How calls ended."""
    counts: Counter[str] = Counter()
    late, planned_at, answered_at = [], math.inf, -math.inf
    for piece in pieces("outcome", "is_final", "scheduled_at", *TIMES):
        failed, sent = piece["outcome"].isin(FAILURES), piece["sent_at"].notna()
        counts["attempts"] += len(piece)
        counts["errors"] += int((piece["is_final"] & piece["outcome"].isin(ERRORS)).sum())
        counts["sent"] += int(sent.sum())
        counts["answered"] += int((~failed).sum())
        counts["refused"] += int(piece["outcome"].isin(["sold_out", "contended"]).sum())
        counts["lost"] += int((sent & failed).sum())
        counts["retries"] += int((~piece["is_final"]).sum())
        late.append((piece["queued_at"] - piece["scheduled_at"]).to_numpy())
        planned_at = np.fmin(planned_at, piece["scheduled_at"].min())
        answered_at = np.fmax(answered_at, answer_times(piece).max())
    offered = counts["attempts"] + (0 if math.isnan(unanswered) else int(unanswered))
    seconds = part.seconds(float(planned_at), float(answered_at))
    return {
        "errors": counts["errors"],
        "offered": offered,
        "sent": counts["sent"],
        "answered": counts["answered"],
        "refused": counts["refused"],
        "lost": counts["lost"],
        "answered_share": counts["answered"] / offered if offered else math.nan,
        "attempts": counts["attempts"],
        "retries": counts["retries"],
        "failed_attempts": counts["attempts"] - counts["answered"],
        "duration_s": seconds,
        "offered_per_s": offered / seconds if seconds else 0.0,
        "throughput": counts["answered"] / seconds if seconds else 0.0,
        "late_ms": 1000 * float(pd.Series(np.concatenate(late)).quantile(0.99)),
    }


def _latencies(pieces: Pieces) -> dict[str, float]:
    values: dict[str, float] = {}
    for clock, name in (("scheduled", ""), ("dispatch", "_dispatch"), ("database", "_database")):
        waits = censored_in(pieces, clock)
        found = at_percents(waits, (*PERCENTS, 99.9, 100))
        values |= {f"p{percent:g}{name}_ms".replace(".", ""): float(found[percent]) for percent in (*PERCENTS, 99.9)}
        if clock == "scheduled":
            mean = float(pd.Series(waits).mean())
            values |= {"max_ms": float(found[100]), "mean_ms": mean}
    return values


def _first_calls(pieces: Pieces) -> dict[str, float]:
    """What connections took to make a call for the first time."""
    first = _those(
        pieces,
        lambda some: some["is_first_call"] & ~some["outcome"].isin(FAILURES),
        *("outcome", "is_first_call", "latency_ms"),
    )
    latency = first["latency_ms"]
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
