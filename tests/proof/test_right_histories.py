"""A system that keeps the contract is never accused, whatever went wrong around it: seeded histories, by kind of fault.

The suite judges a few hundred of each kind; `-m histories` judges 10,000 of each.
"""

import pytest
from frames import judge
from model import Faults, Model

KINDS = {
    "nothing goes wrong": Faults(),
    "lost answers": Faults(lost=0.2),
    "time-outs": Faults(timed_out=0.2),
    "a killed worker": Faults(killed=True, lost=0.05),
    "holds expire": Faults(hold_s=0.5),
    "late payments": Faults(hold_s=1.0, late=0.7),
    "request keys": Faults(repeats=0.4, sessions=2, lost=0.2),
    "groups": Faults(most=3, hold_s=2.0),
    "slow transactions": Faults(slow=0.3, hold_s=1.0),
    "clocks drift apart": Faults(drift=0.0008, hold_s=1.0),
    "the clock is set forward": Faults(step=600.0, hold_s=2.0),
    "the clock is set back": Faults(step=-600.0, hold_s=2.0),
    "everything": Faults(
        lost=0.15,
        timed_out=0.1,
        killed=True,
        hold_s=1.0,
        late=0.3,
        repeats=0.2,
        sessions=2,
        most=3,
        slow=0.1,
        drift=-0.0008,
    ),
}
UNDECIDED = ("a killed worker", "the clock is set forward", "the clock is set back", "everything")
EVENTS = 200


def check(kind, seeds):
    for seed in seeds:
        frame = judge(Model(seed, KINDS[kind], EVENTS).run())
        accused = frame.loc[frame["violations"] > 0, "offenders"]
        assert accused.to_dict() == {}, f"Model({seed}, {KINDS[kind]})"
        assert (set(frame["verdict"]) == {"holds"}) is (kind not in UNDECIDED)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_accused(kind):
    check(kind, [1])


@pytest.mark.histories
@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_accused_in_10_000_histories(kind):
    check(kind, range(2, 2 + 10_000 // EVENTS))
