"""How every hold ended, as the database has it, on the clock of the run."""

from datetime import UTC, datetime, timedelta

import pytest

from booking_sim import surge
from booking_sim.booking import confirm, create_event, expire_holds, release, reserve
from booking_sim.load_generator.finish import fetch_holds
from booking_sim.records.holds import ENDS

ELAPSED_S = 100.0


def test_every_end_is_told_and_when(conn):
    event_id = create_event(conn, "concert", 9)
    other_id = create_event(conn, "another one", 9)
    sold, returned, still = (reserve(conn, event_id, f"buyer {number}", hold_for="1h") for number in (1, 2, 3))
    gone = reserve(conn, event_id, "somebody by hand", 2, hold_for="1ms")
    reserve(conn, other_id, "buyer 1", hold_for="1ms")
    confirm(conn, sold.intent_id, "buyer 1")
    release(conn, returned.intent_id, "buyer 2")
    assert expire_holds(conn, event_id) == 2
    forgotten = reserve(conn, event_id, "buyer 4", hold_for="1ms")
    started_at = conn.execute("select clock_timestamp()").fetchone()[0] - timedelta(seconds=ELAPSED_S)
    holds = fetch_holds(conn, [event_id], started_at)

    assert holds["intent_id"].tolist() == [a.intent_id for a in (sold, returned, still, gone, forgotten)]
    assert holds["end"].tolist() == ["confirmed", "released", "open", "expired", "open"]
    assert tuple(holds["end"].cat.categories) == ENDS
    assert holds["buyer"].fillna(-1).tolist() == [1, 2, 3, -1, 4]
    assert holds["quantity"].tolist() == [1, 1, 1, 2, 1]
    assert holds["ticket_nos"].tolist() == [list(a.ticket_nos) for a in (sold, returned, still, gone, forgotten)]
    assert holds["held_at"].is_monotonic_increasing
    assert holds["held_at"].between(ELAPSED_S - 60, ELAPSED_S).all()
    assert (holds["deadline"] - holds["held_at"]).tolist() == pytest.approx([3600, 3600, 3600, 0.001, 0.001], abs=1e-5)
    assert holds["ended_at"].isna().tolist() == [False, False, True, False, True]
    assert (holds["ended_at"] > holds["held_at"]).sum() == 3
    read = "select expires_at from booking.booking_intents where event_id = %s order by created_at"
    deadlines = [deadline for (deadline,) in conn.execute(read, [event_id])]  # one clock for all of them
    reported = [started_at + timedelta(seconds=seconds) for seconds in holds["deadline"]]
    assert all(abs(a - b) < timedelta(milliseconds=0.1) for a, b in zip(reported, deadlines, strict=True))
    assert set(fetch_holds(conn, [event_id, other_id], started_at)["event"]) == {event_id, other_id}


def test_no_hold_is_an_empty_frame_of_the_same_columns(conn):
    event_id = create_event(conn, "concert", 1)
    empty = fetch_holds(conn, [event_id], datetime.now(UTC))
    reserve(conn, event_id, "buyer 1")
    one = fetch_holds(conn, [event_id], datetime.now(UTC))
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == one.dtypes.to_dict()


def test_a_surge_tells_of_every_hold_on_its_own_clock(database):
    result = surge(tickets=2, buyers=2000, hold="20ms", connections=4, url=database, progress=False)
    reported = result.attempts[result.attempts["outcome"] == "held"].sort_values("intent_id")
    holds = result.holds.sort_values("intent_id")
    assert holds["intent_id"].tolist() == reported["intent_id"].tolist()
    assert holds["buyer"].tolist() == reported["buyer"].tolist()
    assert {"expired", "open"} == set(holds["end"])
    late = holds["held_at"].to_numpy() - reported["sent_at"].to_numpy()
    assert (late > -1).all()
    assert (late < reported["latency_ms"].to_numpy() / 1000 + 0.001).all()


def test_a_ticket_that_is_given_back_or_overdue_and_held_again_is_not_sold_twice(database):
    mixed = {"pays": 0.4, "fails": 0.3, "late": 0.2, "think": "10ms", "refreshes": 5, "refresh_after": "30ms"}
    settings = {"tickets": 20, "buyers": 150, "hold": "40ms", "connections": 8, "kinds": {"mixed": mixed}}
    result = surge(**settings, url=database, progress=False)
    attempts, holds = result.attempts, result.holds
    assert result.ok, result.headline
    assert {"confirmed", "released", "expired"} <= set(holds["end"])
    for call, answer, end in (("confirm", "confirmed", "confirmed"), ("release", "released", "released")):
        reported = attempts[(attempts["call"] == call) & (attempts["outcome"] == answer)]
        assert sorted(reported["intent_id"]) == sorted(holds.loc[holds["end"] == end, "intent_id"])
    assert result.summary()["tickets_sold"] == holds.loc[holds["end"] == "confirmed", "quantity"].sum()
    assert result.headline.startswith(f"{result.summary()['tickets_sold']} of 20 tickets sold, ")
    inventory = result.inventory  # computed from the holds; the last row, by the tickets themselves
    assert (inventory[["available", "held", "overdue", "sold"]].sum(axis="columns") == 20).all()
    assert (inventory["oversold"] == 0).all()
    assert inventory.iloc[0].to_dict() == {
        "seconds": 0, "available": 20, "held": 0, "overdue": 0, "sold": 0, "oversold": 0
    }  # fmt: skip
    assert inventory[["available", "sold"]].iloc[-2].tolist() == inventory[["available", "sold"]].iloc[-1].tolist()
