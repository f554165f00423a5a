"""Who else was at work and who kept locks, of samples in which it is known."""

from made_up import sessions, waits

from booking_sim.stats import blockers, foreign_sessions
from booking_sim.stats.sessions import foreign_load, limited_by

EVERY = waits(*((second, None, None, None, None) for second in range(4)))
ENOUGH = waits(*((second, None, None, None, None) for second in range(5)))


def test_sessions_at_work_are_counted_by_who_they_are_of():
    found = foreign_sessions(
        sessions(
            (0, 1, False, 0, "psql", "active"),
            (1, 1, False, 0, "cron", "active"),
            (1, 2, False, 0, "cron", "active"),
            (2, 3, False, 1, "cron", "idle in transaction"),
            (2, 4, True, 1, "ours", "active"),
        ),
        EVERY,
    )
    assert found.columns.tolist() == ["database", "application", "user", "at_work", "share"]
    assert found.to_numpy().tolist() == [["shop", "cron", "alice", 0.5, 0.25], ["shop", "psql", "alice", 0.25, 0.25]]


def test_blockers_are_told_with_what_they_did_most():
    found = blockers(
        sessions(
            (0, 7, True, 1, "ours", "active"),
            (0, 8, False, 2, "psql", "idle in transaction"),
            (1, 8, False, 4, "psql", "idle in transaction"),
            (2, 8, False, 1, "psql", "active"),
            (3, 9, False, 0, "psql", "active"),
        ),
        EVERY,
    )
    assert found[["pid", "is_own", "state", "blocked", "share"]].to_numpy().tolist() == [
        [8, False, "idle in transaction", 7 / 4, 3 / 4],
        [7, True, "active", 1 / 4, 1 / 4],
    ]


def test_other_load_is_warned_of_but_not_a_glance_at_the_database():
    assert foreign_load(sessions(), ENOUGH) == []
    busy = sessions(*((second, 1, False, 0, "psql", "active") for second in range(5)))
    [warning] = foreign_load(busy, ENOUGH)
    assert warning.startswith(
        "The server had other load: on average, 1.00 of the sessions at work were not of this run"
    )
    assert "in database 'shop' (psql, user alice)" in warning
    assert foreign_load(busy, EVERY) == []  # of four samples nothing follows
    often = waits(*((second, None, None, None, None) for second in range(101)))
    assert foreign_load(busy, often) == []


def test_the_holder_of_a_lock_is_named_and_of_nothing_else():
    held = sessions((0, 7, False, 2, "psql", "active"), (1, 8, True, 1, "ours", "active"))
    assert limited_by("lock", held, EVERY).endswith(
        "had; most often that of process 7 (psql, user alice, active): select * from orders"
    )
    among_us = limited_by("lock", held.assign(blocked=[1, 2]), EVERY)
    assert among_us.endswith("most often that of another session of this run: select * from orders")
    assert "process" not in limited_by("disk", held, EVERY)
    assert limited_by(None, held, EVERY) == ""


def test_what_the_server_does_not_show_is_said():
    hidden = sessions((0, 7, False, 1, None, None)).assign(query=None, user=None)
    assert "process 7 (not known, user not known, not known): not known" in foreign_load(hidden, ENOUGH)[0]
