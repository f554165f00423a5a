"""What buyers got as answers is in the tables, and nothing else; what cannot be known accuses nobody."""

import pytest
from histories import call, held, judge, problems, row, unknown

from booking_sim.records.attempts import Call, Phase

SALE = [held(0, 1.0, 7, 1, 2), call(0, Call.CONFIRM, 2.0, "confirmed", 7)]
SOLD = row(7, 0, 1.005, 1, 2, end="confirmed", ended_at=2.005)
RELEASE = [held(1, 1.0, 8, 3), call(1, Call.RELEASE, 2.0, "released", 8)]
RELEASED = row(8, 1, 1.005, 3, end="released", ended_at=2.005)


def test_what_agrees_holds():
    frame = judge([*SALE, *RELEASE, held(2, 1.0, 9, 4)], [SOLD, RELEASED, row(9, 2, 1.005, 4)])
    assert set(frame["verdict"]) == {"holds"}
    assert frame["judged"].loc[["holds_kept", "sales_kept", "releases_kept", "requested"]].tolist() == [3, 1, 1, 3]


def test_an_empty_history_holds():
    assert set(judge([], [])["verdict"]) == {"holds"}


@pytest.mark.parametrize(
    ("calls", "rows", "problem"),
    [
        (SALE, [], "the sale is not in the tables"),
        (SALE, [], "the hold is not in the tables"),
        (SALE, [row(7, 0, 1.005, 1, 2)], "the intent is not confirmed"),
        (SALE, [row(7, 0, 1.005, 1, 2, end="confirmed", ended_at=2.005, agree=1)], "its tickets are not sold to it"),
        (SALE, [SOLD.replace("7,1,0,0", "7,1,5,0")], "the hold is another user's"),
        (SALE, [SOLD.replace("1 2", "1 3")], "the hold has other tickets"),
        (SALE[:1], [row(7, 0, 1.006, 1, 2)], "the hold has another deadline"),
        (SALE[:1], [row(7, 0, 1.005, 1, 2, agree=1)], "its tickets are not held for it"),
        (RELEASE, [row(8, 1, 1.005, 3)], "the intent is not released"),
        (RELEASE[:1], [RELEASED], "nobody released this hold"),
        (SALE[:1], [SOLD], "nobody confirmed this hold"),
        ([], [row(9, 4, 1.0, 1)], "nobody requested this hold"),
        ([call(4, Call.RESERVE, 0.5, "sold_out")], [row(9, 4, 0.505, 1)], "nobody requested this hold"),
        (
            [call(4, Call.RESERVE, 0.5, "error", phase=Phase.ANSWERED)],
            [row(9, 4, 0.505, 1)],
            "nobody requested this hold",
        ),
    ],
)
def test_a_contradiction_is_found(calls, rows, problem):
    frame = judge(calls, rows)
    assert problem in problems(frame)
    assert "violated" in set(frame["verdict"])


@pytest.mark.parametrize(
    ("calls", "rows"),
    [
        ([unknown(4, Call.RESERVE, 0.5)], []),
        ([unknown(4, Call.RESERVE, 0.5)], [row(9, 4, 0.505, 1)]),
        ([*SALE[:1], unknown(0, Call.CONFIRM, 2.0, 7)], [SOLD]),
        ([*SALE[:1], unknown(0, Call.CONFIRM, 2.0, 7)], [row(7, 0, 1.005, 1, 2)]),
        ([*RELEASE[:1], unknown(1, Call.RELEASE, 2.0, 8)], [RELEASED]),
        ([unknown(0, Call.RESERVE, 0.5), held(0, 1.0, 7, 1, held_at=0.505)], [row(7, 0, 0.505, 1)]),
    ],
)
def test_a_lost_answer_accuses_nobody(calls, rows):
    assert set(judge(calls, rows)["verdict"]) == {"holds"}


def test_what_a_lost_worker_may_have_done_cannot_be_told():
    frame = judge(SALE, [SOLD, row(9, 5, 1.0, 4)], lost_workers=[1])
    requested = frame.loc["requested"]
    assert (requested["verdict"], requested["untold"], requested["judged"]) == ("cannot tell", 1, 1)
    assert "a worker was lost" in requested["reason"]
    assert judge(SALE, [SOLD, row(9, 4, 1.0, 4)], lost_workers=[1]).loc["requested", "verdict"] == "violated"


def test_each_session_of_a_buyer_has_a_request_of_its_own():
    calls = [held(7, 1.0, 1, 1), held(7, 1.0, 2, 2)._replace(session=1)]
    rows = [row(1, 7, 1.005, 1), row(2, 7, 1.005, 2).replace("2,1,7,0,", "2,1,7,1,")]
    frame = judge(calls, rows)
    assert frame["violations"].sum() == frame["untold"].sum() == 0
    one_session = judge([calls[0], calls[1]._replace(session=0)], [rows[0], row(2, 7, 1.005, 2)])
    assert (one_session.loc[["one_answer", "one_hold"], "violations"] > 0).all()
