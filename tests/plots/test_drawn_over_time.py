"""What is drawn over the run is what was counted: heights, edges, order, colours, against numbers worked out here."""

import numpy as np
import pytest
from drawn import areas, band, legend, lines, steps, title
from made_up import attempts, held, inventory, refused, server, waits
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from booking_sim.arrivals import Constant
from booking_sim.plots import (
    arrivals_over_time,
    cpu_over_time,
    inventory_over_time,
    latency_over_time,
    outcomes_over_time,
    planned_and_sent,
    skip_depth_over_time,
    waits_over_time,
)
from booking_sim.plots.style import (
    BAD,
    CPU_COLOURS,
    OUTCOME_COLOURS,
    PERCENT_SHADES,
    SKIP_COLOURS,
    STATUS_COLOURS,
    WAIT_COLOURS,
)

NAN = pytest.approx(np.nan, nan_ok=True)


@pytest.fixture
def ax():
    return Figure().add_subplot()


def colours(*given):
    return [to_hex(colour) for colour in given]


def test_answers_per_second_stand_on_each_other(ax):
    """Three bins of a second: 3 held and 1 refused, then nothing, then 2 refused and 1 contended."""
    first = [held(number, 0.1, number, number) for number in range(3)]
    later = [refused(10, 2.1), refused(11, 2.2), refused(12, 2.995, "contended")]
    outcomes_over_time(attempts(*first, refused(9, 0.2), *later), ax=ax)
    sold, refusals, contended = steps(ax)
    assert sold.edges == refusals.edges == contended.edges == [0, 1, 2, 3, 4]
    assert [sold.bottom, sold.top] == [[0, 0, 0, 0], [3, 0, 0, 0]]
    assert [refusals.bottom, refusals.top] == [[3, 0, 0, 0], [4, 0, 2, 0]]
    assert [contended.bottom, contended.top] == [[4, 0, 2, 0], [4, 0, 2, 1]]
    assert [each.colour for each in steps(ax)] == colours(
        *(OUTCOME_COLOURS[name] for name in ("held", "sold_out", "contended"))
    )
    assert legend(ax) == ["held: 3", "sold out: 3", "contended: 1"]
    assert title(ax) == "3 of 7 requests got tickets; first refusal after 205 ms"
    assert ax.get_ylim()[0] == 0
    assert ax.get_ylim()[1] >= 4
    assert ax.get_xlim() == (0, 4)


def test_rates_are_per_second_whatever_the_width_of_a_bin(ax):
    outcomes_over_time(attempts(*(refused(number, number / 100) for number in range(200))), ax=ax)
    (refusals,) = steps(ax)
    assert np.dot(refusals.heights, np.diff(refusals.edges)) == pytest.approx(200)
    assert np.median(refusals.heights) == pytest.approx(100)


def test_each_percentile_has_its_own_line(ax):
    """Two bins of a second with 100 answers each, the second ten times as slow."""
    rows = [refused(n, 0.001, latency_ms=float(n + 1)) for n in range(100)]
    rows += [refused(200 + n, 1.0, latency_ms=10.0 * (n + 1)) for n in range(99)]
    latency_over_time(attempts(*rows, refused(300, 1.0, latency_ms=990.0)), ax=ax)
    drawn = {line.label: line for line in lines(ax) if line.label.startswith("p")}
    assert {name: line.y[:2] for name, line in drawn.items()} == {"p50": [50, 500], "p95": [95, 950], "p99": [99, 990]}
    assert [line.alpha for line in drawn.values()] == [PERCENT_SHADES[percent] for percent in (50, 95, 99)]
    width = drawn["p50"].x[1] - drawn["p50"].x[0]
    assert all(line.x[:2] == [width / 2, 1.5 * width] for line in drawn.values())
    assert ax.get_yscale() == "log"
    assert title(ax) == f"p99 at most 990 ms, {width:g} s after the start"


def test_a_part_of_the_run_with_answers_on_neither_side_is_a_dot(ax):
    first = [refused(number, 0.0, latency_ms=float(number)) for number in range(1, 101)]
    latency_over_time(attempts(*first, refused(200, 2.5, latency_ms=7.0)), ax=ax)
    for percent in PERCENT_SHADES:
        line, dots = (each for each in lines(ax) if each.alpha == PERCENT_SHADES[percent])
        assert [line.y, dots.y, dots.marker] == [[percent, NAN, 7], [percent, 7], "."]
        assert dots.x == [line.x[0], line.x[2]]


def test_the_clock_that_is_asked_for_is_drawn(ax):
    late = refused(1, 2.0, latency_ms=5.0)._replace(scheduled_at=0.5)
    latency_over_time(attempts(late, late._replace(buyer=2)), clock="scheduled", ax=ax)
    assert {value for line in lines(ax) for value in line.y if not np.isnan(value)} == {1505.0}


def test_where_arrivals_are_planned_latency_counts_from_the_plan(ax):
    late = refused(1, 2.0, latency_ms=5.0)._replace(scheduled_at=0.5)
    latency_over_time(attempts(late), ax=ax)
    assert {value for line in lines(ax) for value in line.y if not np.isnan(value)} == {1505.0}
    assert ax.get_ylabel() == "time to answer, log scale,\nsince the plan (lower is better)"
    closed = Figure().add_subplot()
    latency_over_time(attempts(refused(1, 2.0, latency_ms=5.0)), ax=closed)
    assert "in the database" in closed.get_ylabel()


def test_tickets_of_each_status_stand_on_each_other(ax):
    inventory_over_time(inventory((0, 9, 1, 0, 0), (10, 2, 3, 1, 4)).assign(oversold=[0, 5]), ax=ax)
    drawn = areas(ax)
    assert [*drawn] == ["sold: 4", "held: 3", "held, but overdue: 1", "available: 2", "oversold: 5"]
    bottom = 0.0
    for area, halfway in zip(drawn.values(), (2, 2, 0.5, 5.5, 2.5), strict=True):
        assert band(area, 5) == pytest.approx((bottom, bottom + halfway))
        bottom += halfway
    shown = [to_hex(area.get_facecolor()[0], keep_alpha=True) for area in drawn.values()]
    assert shown == [to_hex(colour, keep_alpha=True) for colour in (*STATUS_COLOURS.values(), BAD)]
    assert ax.get_ylim() == (0, 15)
    assert ax.get_xlim() == (0, 10)
    assert title(ax) == "At the end 4 of 10 tickets were sold, 5 oversold"


def test_clients_stand_on_each_other_by_what_they_waited_for(ax):
    """Samples in three bins of a second; in the second one nothing was sampled."""
    waits_over_time(
        waits(
            (0.0, 1, None, None, None),
            (0.0, 2, "Lock", "tuple", [1]),
            (0.4, 2, "Lock", "tuple", [1]),
            (2.0, 2, "Lock", "transactionid", [1]),
            (2.0, 3, "IO", "WalSync", None),
            (2.5, 3, "IO", "WalSync", None),
            (2.6, 3, "IO", "WalSync", None),
            (2.7, 3, "IO", "WalSync", None),
            (2.7, 2, "Lock", "transactionid", [1]),
        ),
        ax=ax,
    )
    drawn = {each.label: each for each in steps(ax)}
    gap = drawn.pop("not sampled")
    assert (gap.edges, gap.heights) == ([0, 1, 2, 3], [NAN, 1, NAN])
    assert [*drawn] == ["running: 0.2", "IO: WalSync: 0.5", "Lock: tuple: 0.5", "Lock: transactionid: 0.2"]
    assert all(each.edges == [0, 1, 2, 3] for each in drawn.values())
    running, disk, locked, paler = drawn.values()
    assert [running.bottom, running.top] == [[0, 0, 0], [0.5, NAN, 0]]
    assert [disk.bottom, disk.top] == [[0.5, 0, 0], [0.5, NAN, 1]]
    assert [locked.bottom, locked.top] == [[0.5, 0, 1], [1.5, NAN, 1]]
    assert [paler.bottom, paler.top] == [[1.5, 0, 1], [1.5, NAN, 1.5]]
    assert [each.colour for each in (running, disk, locked)] == colours(
        *map(WAIT_COLOURS.get, ("running", "IO", "Lock"))
    )
    assert paler.colour > locked.colour
    assert title(ax) == "1.2 of 1.5 clients at work waited, most for IO: WalSync"


def test_sessions_of_others_stand_on_top(ax):
    times = (0.0, 0.5, 1.0, 1.5, 2.0)
    frame = waits(*((second, 1, "Lock", "tuple", [2]) for second in times), (0.5, 2, None, None, None))
    waits_over_time(frame.assign(is_own=frame["pid"] == 1), ax=ax)
    locked, foreign = steps(ax)
    assert legend(ax) == ["Lock: tuple: 1.0", "not of this run: 0.2"]
    assert [locked.top, foreign.bottom, foreign.top] == [[1, 1, 1], [1, 1, 1], [1.5, 1, 1]]
    assert title(ax) == "1.0 of 1.0 clients at work waited, most for Lock: tuple"


def test_rare_waits_are_drawn_as_one_band(ax):
    """Nine events: six have a band, the other three together one; and no mean, since there is one sample."""
    rows = [(0.0, n, "IO", f"event {n}", None) for n in range(9) for _ in range(20 - n)]
    waits_over_time(waits(*rows), ax=ax)
    *shown, rest = steps(ax)
    assert [each.heights for each in shown] == [[20], [19], [18], [17], [16], [15]]
    assert [rest.label, rest.heights, rest.bottom] == ["other waits", [39], [105]]
    assert title(ax) == "1 samples of who waited; a mean takes 5 or more"


def measured(buyer, sent_at, dead, locked, tickets=(1,)):
    return held(buyer, sent_at, buyer, 1)._replace(
        ticket_nos=tickets, dead_rows_scanned=dead, locked_rows_skipped=locked
    )


def test_rows_skipped_are_drawn_per_ticket(ax):
    """Bins of a second: 6 locked and 3 dead rows for 3 tickets; nothing; 0 locked and 8 dead for 2 tickets."""
    calls = [measured(1, 0.1, 1, 4), measured(2, 0.2, 2, 2, (5, 6)), measured(3, 2.2, 8, 0, (7, 8))]
    skip_depth_over_time(
        attempts(*calls, refused(4, 1.1)._replace(dead_rows_scanned=50, locked_rows_skipped=50)), ax=ax
    )
    locked, dead, gap = steps(ax)
    assert gap.heights == [NAN, 1, NAN]
    assert locked.edges == dead.edges == [0, 1, 2, 3]
    assert [locked.bottom, locked.top] == [[0, 0, 0], [2, NAN, 0]]
    assert [dead.bottom, dead.top] == [[2, 0, 0], [3, NAN, 4]]
    assert [locked.colour, dead.colour] == colours(SKIP_COLOURS["locked"], SKIP_COLOURS["dead"])
    assert legend(ax) == ["locked rows skipped", "dead rows scanned", "not measured"]
    assert title(ax) == "A claim skipped 3.4 rows for each ticket it took"


def test_cpus_stand_on_each_other_between_samples(ax):
    """Intervals of 1, 1 and 2 s: CPU seconds of the server 5, 1, 1, of the generator 1, 1, 1, of all 8, 2, 3."""
    cpu_over_time(server((0, 0, 0, 0), (1, 5, 1, 8), (2, 6, 2, 10), (4, 7, 3, 13)), ax=ax)
    own, generator, others = steps(ax)
    assert own.edges == generator.edges == others.edges == [0, 1, 2, 4]
    assert [own.bottom, own.top] == [[0, 0, 0], [5, 1, 0.5]]
    assert [generator.bottom, generator.top] == [[5, 1, 0.5], [6, 2, 1]]
    assert [others.bottom, others.top] == [[6, 2, 1], [8, 2, 1.5]]
    assert legend(ax) == ["server: 1.8", "generator: 0.75", "others: 0.75"]
    assert [each.colour for each in steps(ax)] == colours(*CPU_COLOURS.values())
    assert title(ax) == "Server used the most CPU: 1.8 of 3.2 in use"


def test_planned_and_sent_are_two_outlines_of_the_same_bins(ax):
    """Buyers planned in seconds 0, 0, 2 and sent in 0, 2, 2; a second attempt does not count."""
    late = refused(2, 2.2)._replace(scheduled_at=0.4)
    planned_and_sent(attempts(refused(1, 0.3), late, refused(3, 2.6), refused(3, 2.9, attempt=2)), ax=ax)
    sent, planned = steps(ax)
    assert sent.edges == planned.edges == [0, 1, 2, 3]
    assert [sent.heights, sent.filled, sent.label] == [[1, 0, 2], True, "sent: 3"]
    assert [planned.heights, planned.filled, planned.label] == [[2, 0, 1], False, "planned: 3"]
    assert title(ax) == "Half of the first calls left within 0 ms of their plan, the last 1.8 s after it"


def test_buyers_are_counted_whatever_the_width_of_a_bin(ax):
    """Fifty buyers in five seconds, in bins of five seconds or less."""
    frame = attempts(*(refused(number, number / 10)._replace(scheduled_at=number / 20) for number in range(50)))
    planned_and_sent(frame, ax=ax)
    sent, planned = steps(ax)
    assert sent.edges[1] not in {0, 1}
    assert legend(ax) == ["sent: 50", "planned: 50"]
    assert np.dot(sent.heights, np.diff(sent.edges)) == pytest.approx(50)
    assert np.dot(planned.heights, np.diff(planned.edges)) == pytest.approx(50)


def test_drawn_and_planned_arrivals_are_two_outlines_of_the_same_bins(ax):
    arrivals_over_time(Constant(500, 30).schedule(), ax=ax)
    drawn, planned = steps(ax)
    assert drawn.edges == planned.edges == pytest.approx(np.arange(61) / 2)
    assert drawn.heights == planned.heights == pytest.approx([500] * 60)
    assert [drawn.filled, planned.filled] == [True, False]
    assert title(ax) == "15,000 buyers in 30 s, at most 500 per second"


def test_charts_that_share_an_axis_show_all_of_both():
    slow, fast = Figure().subplots(1, 2, sharey=True)
    latency_over_time(attempts(refused(1, 0.0, latency_ms=900.0), refused(2, 1.0, latency_ms=400.0)), ax=slow)
    latency_over_time(attempts(refused(1, 0.0, latency_ms=2.0), refused(2, 1.0, latency_ms=3.0)), ax=fast)
    least, most = slow.get_ylim()
    assert least < 2
    assert most > 900
    few, many = Figure().subplots(1, 2, sharey=True)
    outcomes_over_time(attempts(refused(1, 0.0), refused(2, 3.0)), ax=few)
    outcomes_over_time(attempts(*(refused(number, number / 100) for number in range(300))), ax=many)
    assert few.get_ylim()[0] == 0
    assert few.get_ylim()[1] > 100
