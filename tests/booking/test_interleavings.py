"""Every pair of the five functions, in open transactions, in every order: no deadlock, no double sale, one story.

A story is legal if the calls answered, and left the tables, as if one had come after the other; or if one of them stood
aside for the other, and all is as if it had never come.
"""

from itertools import combinations_with_replacement

import pytest
from interleavings import ENDS, orders, run

from booking_sim.database.embedded import BIN_DIR

pytestmark = pytest.mark.core

TESTER = BIN_DIR.parent / "lib/pgxs/src/test/isolation/isolationtester"

CALLS = {
    "create_event": "select 'created' from booking.create_event('another', 2)",
    "reserve": "select outcome from booking.reserve(1, 'bob', 2)",
    "confirm": "select booking.confirm(1, 'ann')",
    "release": "select booking.release(1, 'ann')",
    "expire_holds": "select booking.expire_holds() || ' given back'",
}
SCENES = {
    "two left": "select booking.create_event('on sale', 4), booking.reserve(1, 'ann', 2);",
    "all on hold": "select booking.create_event('on sale', 2), booking.reserve(1, 'ann', 2);",
    "all overdue": "select booking.create_event('on sale', 2), booking.reserve(1, 'ann', 2, '1 microsecond');",
}
STOOD_ASIDE = {"contended", "0 given back"}
ENDS_A_HOLD = {"confirm", "release"}
ENDS_AN_OVERDUE_HOLD = ENDS_A_HOLD | {"reserve", "expire_holds"}


def waits(later, earlier, scene):
    """Whether a call cannot answer before the open transaction of another has ended: both would end the same hold."""
    return later in ENDS_A_HOLD and earlier in (ENDS_AN_OVERDUE_HOLD if scene == "all overdue" else ENDS_A_HOLD)


def stories(runs, commits):
    """Return the permutations as answered by the calls in turn and by each alone."""
    one, two = (f"one_{commits[0]}", f"two_{commits[1]}")
    by_steps = {run.steps: run for run in runs}
    in_turn = [
        by_steps["one_calls", one, "two_calls", two],
        by_steps["two_calls", two, "one_calls", one],
    ]
    return in_turn, by_steps["one_calls", one], by_steps["two_calls", two]


def is_legal(run, in_turn, only_one, only_two):
    first, second = run.answers
    return (
        any((run.answers, run.left) == (story.answers, story.left) for story in in_turn)
        or (first in STOOD_ASIDE and (second, run.left) == (only_two.answers[1], only_two.left))
        or (second in STOOD_ASIDE and (first, run.left) == (only_one.answers[0], only_one.left))
    )


PAIRS = [
    (scene, one, two)
    for one, two in combinations_with_replacement(CALLS, 2)
    for scene in SCENES
    if scene == "all overdue" or one != "create_event"  # another event makes no difference to the scene of this one
]


@pytest.mark.parametrize(("scene", "one", "two"), PAIRS)
def test_every_order_tells_a_legal_story(database, scene, one, two):
    two_waits, one_waits = waits(two, one, scene), waits(one, two, scene)
    permutations = {ends: orders(*ends, two_waits=two_waits, one_waits=one_waits) for ends in ENDS}
    runs = run(
        TESTER,
        database,
        scene=scene,
        setup=SCENES[scene],
        one=(one, CALLS[one]),
        two=(two, CALLS[two]),
        permutations=[steps for listed in permutations.values() for steps in listed],
    )
    assert [each.steps for each in runs] == [steps for listed in permutations.values() for steps in listed]
    for each in runs:
        assert "ERROR" not in each.output
        assert "violation:" not in each.output, each.output
    for ends, listed in permutations.items():
        of_these_ends = runs[: len(listed)]
        runs = runs[len(listed) :]
        for each in of_these_ends:
            if len(each.steps) == 4:
                assert is_legal(each, *stories(of_these_ends, ends)), each.output
