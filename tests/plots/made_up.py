"""Attempts made by hand, so that what is drawn and counted is known."""

from datetime import UTC, datetime, timedelta

from booking_sim import columns
from booking_sim.attempts import Attempt, Call, Phase

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def attempts(*rows):
    """Turn rows into a frame of attempts."""
    return columns.to_frame([tuple(zip(*rows, strict=True))] if rows else [])


def call(buyer, attempt, sent_at, latency_ms, outcome, *answer, **failure):
    """Sent as soon as it was planned."""
    start = (buyer, "buyer", attempt, Call.RESERVE, 1, 0, 0, sent_at, sent_at, sent_at, latency_ms, outcome)
    return Attempt(*start, *answer, **failure)


def held(buyer, sent_at, intent_id, ticket_no, *, attempt=1, latency_ms=10.0, expires_s=300.0):
    expires_at = NOON + timedelta(seconds=expires_s)
    return call(buyer, attempt, sent_at, latency_ms, "held", intent_id, (ticket_no,), expires_at)


def refused(buyer, sent_at, outcome="sold_out", *, attempt=1, latency_ms=5.0):
    return call(buyer, attempt, sent_at, latency_ms, outcome)


def failed(buyer, sent_at, *, attempt=1):
    return call(buyer, attempt, sent_at, 900.0, "error", error="gone", phase=Phase.CALL_SENT)
