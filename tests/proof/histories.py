"""Histories made by hand: a few attempts, and the holds that the tables have for them."""

from datetime import UTC, datetime, timedelta

from booking_sim.proof.clocks import Clocks
from booking_sim.proof.history import Circumstances, History
from booking_sim.proof.rules import check
from booking_sim.proof.story import shortest_history
from booking_sim.records import columns
from booking_sim.records.attempts import Attempt, Call, Phase
from booking_sim.records.holds import read_csv
from booking_sim.records.recorded import RecordedAttempts

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOLD_S = 60.0
HEAD = b"intent_id,event,buyer,session,quantity,ticket_nos,tickets_agree,held_at,deadline,ended_at,end\n"


def call(buyer, call, sent, outcome, intent_id=None, *answer, latency_ms=10.0, **failure):
    """One attempt, sent as soon as it was planned."""
    start = (buyer, "fan", 0, 1, call, 1, 0, 0, sent, sent, sent, latency_ms, outcome)
    quantity = len(answer[0]) if answer else 1
    return Attempt(*start, intent_id, *answer, quantity=quantity, **failure)


def held(buyer, sent, intent_id, *ticket_nos, held_at=None):
    """A reservation that was answered with a hold, made in the middle of the call unless said otherwise."""
    deadline = NOON + timedelta(seconds=(sent + 0.005 if held_at is None else held_at) + HOLD_S)
    return call(buyer, Call.RESERVE, sent, "held", intent_id, ticket_nos, deadline)


def unknown(buyer, what, sent, intent_id=None):
    return call(buyer, what, sent, "unknown", intent_id, phase=Phase.CALL_SENT, error="gone")


def row(intent_id, buyer, held_at, *ticket_nos, end="open", ended_at=None, agree=None, hold_s=HOLD_S):
    """A hold in the tables."""
    agree = (len(ticket_nos) if end in {"open", "confirmed"} else 0) if agree is None else agree
    numbers = " ".join(map(str, ticket_nos))
    ended = "" if ended_at is None else ended_at
    times = f"{held_at:.6f},{held_at + hold_s:.6f},{ended}"
    return f"{intent_id},1,{buyer},0,{len(ticket_nos)},{numbers},{agree},{times},{end}"


def judge(calls, rows, *, lost_workers=(), workers=2, tickets=10, read_at=30.0):
    """What the rules say of a history: the frame, by the name of the rule."""
    attempts = columns.to_frame([tuple(zip(*calls, strict=True))] if calls else [])
    holds = read_csv([HEAD + "".join(f"{each}\n" for each in rows).encode()])
    circumstances = Circumstances(
        tickets=tickets, hold_s=HOLD_S, started_at=NOON, read_at=read_at, workers=workers, lost_workers=lost_workers
    )
    return check(RecordedAttempts(attempts), holds, circumstances).set_index("name")


def problems(frame):
    """What was found wrong, in words."""
    return {offender["problem"] for offenders in frame["offenders"] for offender in offenders}


def shown(calls, rows, rule):
    """The shortest history of the first offender against a rule."""
    attempts = columns.to_frame([tuple(zip(*calls, strict=True))])
    holds = read_csv([HEAD + "".join(f"{each}\n" for each in rows).encode()])
    offender = judge(calls, rows).loc[rule, "offenders"][0]
    circumstances = Circumstances(tickets=10, hold_s=HOLD_S, started_at=NOON, read_at=30.0, workers=2)
    return shortest_history(Clocks.of(History.of(RecordedAttempts(attempts), holds, circumstances)), offender)
