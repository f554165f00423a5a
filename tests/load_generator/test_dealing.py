"""The same people do the same, however many workers play them."""

import pytest

from booking_sim import surge

BUYERS = {
    "arrivals": "poisson(constant(rate=150, duration=1s))",
    "events": 2,
    "tickets": 1000,
    "connections": 6,
    "hold": "300ms",
    "kinds": {
        "fan": {"share": 3, "quantity": {1: 0.3, 2: 0.7}, "pays": 0.6, "fails": 0.2, "late": 0.1, "think": "~40ms"},
        "bot": {"share": 1, "at_once": 2},
    },
    "seed": 11,
}


@pytest.fixture
def lives(database):
    """What everybody wanted, of a surge with so many workers: nobody is refused, so it is what they were dealt."""

    def play(workers):
        result = surge(**BUYERS, workers=workers, url=database, progress=False)
        attempts = result.attempts
        assert set(attempts["worker"]) == set(range(workers))
        assert not set(attempts["outcome"]) & {"sold_out", "contended", "error"}
        first_event = min(result.manifest.event_ids)
        answered, wants = {}, {}
        for row in attempts.sort_values("sent_at").itertuples():
            if row.call == "reserve":
                answered[row.intent_id] = row.sent_at + row.latency_ms / 1000
                since_s, tickets = row.scheduled_at, len(row.ticket_nos)
            else:
                since_s, tickets = row.scheduled_at - answered[row.intent_id], 0
            want = row.kind, row.event - first_event, row.call, tickets, round(since_s, 6)
            wants.setdefault(row.buyer, []).append(want)
        return {buyer: sorted(want) for buyer, want in wants.items()}

    return play


def test_one_worker_and_three_are_dealt_the_same_buyers(lives):
    one, three = lives(1), lives(3)
    assert {kind for wants in one.values() for kind, *_ in wants} == {"fan", "bot"}
    assert sorted(one) == list(range(len(one)))
    assert one == three
