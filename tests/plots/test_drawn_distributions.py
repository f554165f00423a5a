"""Curves, steps and grids that are drawn are the shares that were counted, against numbers worked out here."""

from math import inf

import numpy as np
import pytest
from drawn import areas, band, legend, lines, title
from made_up import attempts, failed, holds, refused, waits
from matplotlib.figure import Figure

from booking_sim.plots import expiry_delay, hold_survival, latency_curve, who_blocks_whom

# Of four holds of 5 s one is paid, two expire 1 s and 3 s late, and one is open when all is read at 9 s.
HOLDS = holds((0, "confirmed", 2), (0, "expired", 6), (0, "expired", 8), (2, "open", None))
UNTIL = 9.0


@pytest.fixture
def ax():
    return Figure().add_subplot()


def test_the_curve_climbs_by_one_answer_at_each_latency(ax):
    """Four answers in a closed loop: 4, 8, 16, 32 ms; one of five calls failed, and waited longer than any of them."""
    latency_curve(attempts(*(refused(n, 0.0, latency_ms=2.0 ** (n + 2)) for n in range(4)), failed(9, 0.0)), ax=ax)
    database, dots = lines(ax)
    assert [database.x, database.y] == [[4, 8, 16, 32], [20, 40, 60, 80]]
    assert [dots.x, dots.y, dots.marker] == [[16, inf, inf], [50, 95, 99], "o"]
    assert legend(ax) == ["in the database: p50 16 ms, p99 not reached"]
    assert title(ax) == "80 % were answered: the p99 is not reached"
    assert ax.get_xscale() == "log"
    assert ax.get_xlim()[0] < 4
    assert ax.get_xlim()[1] > 32
    assert ax.get_ylim() == (0, 103)


def test_in_an_open_loop_each_clock_has_its_own_curve(ax):
    """Two answers in 5 and 10 ms, sent half a second after their plan."""
    late = [refused(n, 1.0, latency_ms=5.0 * n)._replace(scheduled_at=0.5) for n in (1, 2)]
    latency_curve(attempts(*late), ax=ax)
    database, _, planned, dots = lines(ax)
    assert [database.x, database.style] == [[5, 10], "-"]
    assert [planned.x, planned.style] == [pytest.approx([505, 510]), "--"]
    assert dots.x == pytest.approx([505, 510, 510])
    assert legend(ax) == ["in the database: p50 5 ms, p99 10 ms", "since the plan: p50 505 ms, p99 510 ms"]
    assert title(ax) == "99 % of the answers came within 510 ms of the plan"


def test_a_long_curve_is_thinned_and_keeps_both_ends(ax):
    latency_curve(attempts(*(refused(n, 0.0, latency_ms=float(n + 1)) for n in range(5000))), ax=ax)
    curve = lines(ax)[0]
    assert len(curve.x) == 2000
    assert (curve.x[0], curve.y[0], curve.x[-1], curve.y[-1]) == (1, 0.02, 5000, 100)
    assert curve.y == pytest.approx([x / 50 for x in curve.x])
    assert legend(ax) == ["in the database: p50 2.5 s, p99 4.95 s"]


def test_holds_step_down_when_they_expire(ax):
    """At 6 s two of the four are still seen, at 7 s the open one is seen last, at 8 s the last one expires."""
    hold_survival(HOLDS, UNTIL, ax=ax)
    share, deadline = lines(ax)
    assert [share.x, share.drawn_as] == [[0, 2, 6, 7, 8], "steps-post"]
    assert share.y == pytest.approx([1, 1, 2 / 3, 2 / 3, 0])
    assert [deadline.x, deadline.label] == [[5, 5], "deadline: 5 s"]
    interval = areas(ax)["95 % interval"]
    assert band(interval, 1) == (1, 1)
    low, high = band(interval, 6.5)
    # The exponential Greenwood interval after one of three expired, by its formula.
    spread = 1.959964 * np.sqrt(1 / (3 * 2)) / abs(np.log(2 / 3))
    assert (low, high) == pytest.approx(((2 / 3) ** np.exp(spread), (2 / 3) ** np.exp(-spread)), abs=1e-4)
    assert legend(ax) == ["95 % interval", "2 of 4 expired", "deadline: 5 s"]
    assert title(ax) == "2 of 4 holds expired, 1 were paid"
    assert ax.get_xlim() == pytest.approx((0, 8 * 1.02))


def test_overdue_holds_step_down_when_they_are_released(ax):
    """Three were overdue: released after 1 s and 3 s, and one still open 2 s after its deadline."""
    expiry_delay(HOLDS, UNTIL, ax=ax)
    (share,) = lines(ax)
    assert [share.x, share.drawn_as] == [[0.1, 1000, 2000, 3000], "steps-post"]
    assert share.y == pytest.approx([1, 2 / 3, 2 / 3, 0])
    low, high = band(areas(ax)["95 % interval"], 1500)
    assert low < 2 / 3 < high
    assert legend(ax) == ["95 % interval", "2 of 3 expired"]
    assert title(ax) == "Half of 3 overdue holds were released within 3 s"
    assert ax.get_xscale() == "log"


@pytest.mark.parametrize("draw", [hold_survival, expiry_delay])
def test_no_hold_is_drawn_as_all_that_is_left(draw, ax):
    draw(holds(), UNTIL, ax=ax)
    assert lines(ax)[0].y == [1]


def test_a_square_is_the_share_of_samples_that_found_the_pair(ax):
    """Session 1 blocks 2 in both samples and 3 in one; 2 blocks 3 in one."""
    who_blocks_whom(
        waits(
            (0.0, 2, "Lock", "tuple", [1]),
            (0.0, 1, None, None, None),
            (1.0, 2, "Lock", "tuple", [1]),
            (1.0, 3, "Lock", "tuple", [1, 2]),
        ),
        ax=ax,
    )
    (image,) = ax.get_images()
    assert image.get_array().filled(0).tolist() == [[1.0, 0.5], [0.0, 0.5]]
    assert list(image.get_extent()) == [0.5, 2.5, 2.5, 0.5]
    assert image.norm.vmin == 0
    assert ax.figure.axes[1].get_ylabel() == "share of samples\n(lower is better)"
    assert title(ax) == "2 sessions waited for 2, at most 2 for one"


def test_more_sessions_than_there_is_room_for_leave_the_busiest(ax):
    rows = [(float(t), pid, "Lock", "tuple", [1]) for pid in range(2, 40) for t in range(pid)]
    who_blocks_whom(waits(*rows), ax=ax)
    (image,) = ax.get_images()
    assert image.get_array().filled(0) == pytest.approx(np.array([[pid / 39 for pid in range(39, 15, -1)]]))


def test_no_waiting_is_said_in_words(ax):
    who_blocks_whom(waits(), ax=ax)
    assert [text.get_text() for text in ax.texts] == ["no session waited for another"]
    assert title(ax) == "No session waited for another"
