"""A history of the model as the frames that the checker reads: with what is recorded of it, and no more."""

from datetime import UTC, datetime, timedelta

from model import END

from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check
from booking_sim.records import columns
from booking_sim.records.attempts import Attempt
from booking_sim.records.holds import read_csv
from booking_sim.records.recorded import RecordedAttempts

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HEAD = "intent_id,event,buyer,session,quantity,ticket_nos,tickets_agree,held_at,deadline,ended_at,end\n"


def judge(model, **circumstances):
    """What the rules say, by name."""
    rows = [_attempt(attempt) for attempt in model.attempts if attempt.recorded]
    frame = columns.to_frame([tuple(zip(*rows, strict=True))] if rows else [])
    holds = read_csv([(HEAD + "".join(map(_hold, model.rows))).encode()])
    facts = {
        "tickets": model.capacity,
        "hold_s": model.faults.hold_s,
        "started_at": NOON,
        "read_at": model.clock(END),
        "workers": 2,
        "lost_workers": [1] * model.faults.killed,
    }
    return check(RecordedAttempts(frame), holds, Circumstances(**facts | circumstances)).set_index("name")


def _attempt(attempt):
    row = attempt.row if attempt.outcome == "held" else None
    return Attempt(
        attempt.buyer,
        "fan",
        attempt.session,
        1,
        attempt.call,
        attempt.event,
        attempt.buyer % 2,
        0,
        attempt.sent,
        attempt.sent,
        attempt.sent,
        (attempt.answered - attempt.sent) * 1000,
        attempt.outcome,
        attempt.intent_id,
        row and row.ticket_nos,
        row and NOON + timedelta(seconds=row.deadline),
        phase=attempt.phase,
        quantity=attempt.quantity,
    )


def _hold(row):
    agree = row.quantity if row.end in {"confirmed", "open"} else 0
    ended = "" if row.ended_at is None else f"{row.ended_at:.6f}"
    numbers = " ".join(map(str, row.ticket_nos))
    fields = (row.intent_id, row.event, row.buyer, row.session, row.quantity, numbers, agree)
    return ",".join(map(str, fields)) + f",{row.held_at:.6f},{row.deadline:.6f},{ended},{row.end}\n"
