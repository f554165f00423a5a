"""Charts: into the axes they are given, in the colours of the words, and without a mark on matplotlib's state."""

import subprocess
import sys
from itertools import combinations

import matplotlib as mpl
import pandas as pd
import pytest
from made_up import attempts, failed, held, holds, inventory, refused, server, waits
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from booking_sim.plots import (
    at_a_glance,
    expiry_delay,
    hold_survival,
    inventory_over_time,
    latency_curve,
    latency_over_time,
    outcomes_over_time,
    overview,
    planned_and_sent,
    processors_over_time,
    waits_over_time,
    who_blocks_whom,
)
from booking_sim.plots.style import OUTCOME_COLOURS, OUTCOME_LABELS, STATUS_COLOURS, WAIT_COLOURS
from booking_sim.records.attempts import OUTCOMES
from booking_sim.stats import processors
from booking_sim.stats.outcomes import answer_times

HOLDS = holds((0, "confirmed", 2), (0, "expired", 6), (1, "open", None))
WAITS = waits(
    (0.0, 1, None, None, None),
    (0.0, 2, "Lock", "tuple", [1]),
    (1.0, 2, "Lock", "tuple", [1]),
    (1.0, 3, "Lock", "transactionid", [1]),
)
SERVER = server((0, 0, 0, 0), (1, 5, 5, 10), (2, 6, 5.5, 12), (4, 7, 6.5, 15))
ONE_COUNT = inventory((2, 2, 3, 1, 4))
TWO_COUNTS = inventory((0, 10, 0, 0, 0), (9, 2, 3, 1, 4))


def page(frame, title):
    return overview(frame, HOLDS, TWO_COUNTS, WAITS, SERVER, title=title)


@pytest.fixture
def frame():
    return attempts(held(1, 0.0, 1, 1), refused(2, 0.5), refused(3, 1.0, "contended"), failed(4, 1.2))


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_every_outcome_has_a_colour_and_a_label():
    assert set(OUTCOME_COLOURS) == set(OUTCOME_LABELS) == set(OUTCOMES)
    assert len(set(OUTCOME_COLOURS.values())) == len(OUTCOMES)


def test_outcomes_are_stacked_in_their_colours_and_counted_in_the_legend(frame, axes):
    assert outcomes_over_time(frame, ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["held: 1", "sold out: 1", "contended: 1", "error: 1"]
    for bars, outcome in zip(axes.containers, ("held", "sold_out", "contended", "error"), strict=True):
        assert same_color(bars[0].get_facecolor(), OUTCOME_COLOURS[outcome])


def test_the_curve_names_its_percentiles_by_both_clocks(axes):
    late = [refused(buyer, 1.0)._replace(scheduled_at=0.5) for buyer in range(4)]
    assert latency_curve(attempts(*late, held(9, 0.0, 1, 1)), ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == [
        "in the database: p50 5 · p95 10 · p99 10 ms",
        "since it was planned: p50 505 · p95 505 · p99 505 ms",
    ]


def test_a_chart_of_the_latency_over_time_has_a_line_for_each_percentile(frame, axes):
    assert latency_over_time(frame, ax=axes) is axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["p50", "p95", "p99"]


def test_tickets_are_stacked_in_the_colours_of_their_status(axes):
    assert inventory_over_time(inventory((0, 9, 1, 0, 0), (2, 2, 3, 1, 4)), ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["sold: 4", "held: 3", "held, but overdue: 1", "available: 2"]
    for band, status in zip(axes.collections, STATUS_COLOURS, strict=True):
        assert same_color(band.get_facecolor(), STATUS_COLOURS[status])
    assert STATUS_COLOURS["held"] == OUTCOME_COLOURS["held"]


def test_tickets_that_were_promised_twice_stand_on_top_of_all_there_are(axes):
    inventory_over_time(inventory((0, 9, 1, 0, 0), (2, 2, 3, 1, 4)).assign(oversold=[0, 5]), ax=axes)
    assert axes.get_legend().get_texts()[-1].get_text() == "promised twice: 5"
    assert same_color(axes.collections[-1].get_facecolor(), OUTCOME_COLOURS["error"])
    assert axes.get_ylim() == (0, 15)


def test_a_chart_of_holds_says_how_many_expired_and_of_how_many(axes):
    assert hold_survival(HOLDS, 9.0, ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["95 % interval", "1 of 3 expired", "the deadline: 5 s"]
    assert axes.get_lines()[0].get_drawstyle() == "steps-post"


def test_a_chart_of_expiry_counts_the_overdue(axes):
    assert expiry_delay(HOLDS, 9.0, ax=axes) is axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["95 % interval", "1 of 2 expired"]


def test_waits_are_stacked_by_event_in_the_colour_of_their_type(axes):
    assert waits_over_time(WAITS, ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["running: 0.5", "Lock: tuple: 1.0", "Lock: transactionid: 0.5"]
    assert same_color(axes.containers[1][0].get_facecolor(), WAIT_COLOURS["Lock"])


def test_the_busiest_blocker_stands_in_the_first_row(axes):
    assert who_blocks_whom(WAITS, ax=axes) is axes
    (image,) = axes.get_images()
    assert image.get_array().filled(0).tolist() == [[1.0, 0.5]]


def test_no_waiting_is_said_in_words(axes):
    who_blocks_whom(waits(), ax=axes)
    assert [text.get_text() for text in axes.texts] == ["nobody was seen waiting for another session"]


def test_processors_are_counted_from_the_first_look_on(axes):
    assert processors_over_time(SERVER, ax=axes) is axes
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["server: 1.8", "generator: 1.6", "others: 0.38"]
    elsewhere = processors(SERVER.assign(server_cpu_s=float("nan")))
    assert elsewhere.to_dict("list") == {"generator": [5.0, 0.5, 0.5], "others": [5.0, 1.5, 1.0]}


def test_planned_and_sent_are_counted(axes):
    frame = attempts(refused(1, 0.0), refused(2, 1.0)._replace(scheduled_at=0.2), refused(2, 3.0, attempt=2))
    assert planned_and_sent(frame, ax=axes) is axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sent: 2", "planned: 2"]


@pytest.mark.parametrize(
    "draw", [at_a_glance, lambda frame, title: overview(frame, holds(), ONE_COUNT, waits(), server(), title=title)]
)
def test_nothing_can_be_drawn_too(draw, tmp_path):
    draw(attempts(), "nobody came").savefig(tmp_path / "nothing.png")


def test_the_overview_shows_what_there_is(frame):
    titles = {ax.get_title(loc="left") for ax in overview(frame, HOLDS, TWO_COUNTS, WAITS, SERVER, title="title").axes}
    assert "Arrivals" not in titles  # who comes when a connection is free comes by no plan
    planned = attempts(refused(2, 0.5)._replace(scheduled_at=0.1), held(1, 0, 1, 1)._replace(dead_rows_scanned=3))
    assert {"Arrivals", "Tickets walked past"} < {ax.get_title(loc="left") for ax in page(planned, "title").axes}
    assert {
        "Who got what",
        "The hall",
        "What clients waited for",
        "Who waited for whom",
        "Who used the processors",
        "How long holds lasted",
    } < titles
    fewer = {
        ax.get_title(loc="left") for ax in overview(frame, holds(), ONE_COUNT, waits(), server(), title="title").axes
    }
    assert fewer - {""} == {"Who got what", "How long answers took", "How many were answered within"}


def test_a_moment_is_at_one_place_in_all_pictures_of_the_overview(frame):
    over_time = [ax for ax in page(frame, "title").axes if ax.get_xlabel() == "seconds since the start"]
    assert len(over_time) == 5
    assert {ax.get_xlim() for ax in over_time} == {(0, answer_times(frame).max())}


@pytest.mark.parametrize("draw", [at_a_glance, page], ids=["glance", "page"])
def test_no_text_overlaps_another_or_leaves_the_figure(frame, draw):
    everything = attempts(*(refused(number, 0.1, outcome) for number, outcome in enumerate(OUTCOMES, 10)))
    figure = draw(pd.concat([frame, everything]), "Partial run: " + "1 of 1 tickets held, 1 refused, none twice, " * 3)
    figure.draw_without_rendering()
    texts = [text for text in texts_of(figure) if text.get_text() and text.get_visible()]
    width, height = figure.bbox.size
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    hits = [(words, others) for (words, box), (others, theirs) in combinations(boxes, 2) if box.overlaps(theirs)]
    outside = [words for words, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    assert (hits, outside) == ([], [])


def texts_of(figure):
    yield figure._suptitle
    for ax in figure.axes:
        yield from (ax._left_title, ax.xaxis.label, ax.yaxis.label)
        yield from (*inside(ax.get_xticklabels(), ax.xaxis), *inside(ax.get_yticklabels(), ax.yaxis))
        if ax.get_legend():
            yield from ax.get_legend().get_texts()


def inside(labels, axis):
    """A tick beyond the ends of its axis is not drawn."""
    low, high = sorted(axis.get_view_interval())
    return [label for label, place in zip(labels, axis.get_majorticklocs(), strict=True) if low <= place <= high]


def test_drawing_leaves_no_mark(frame):
    before = dict(mpl.rcParams)
    at_a_glance(frame, "title")
    assert dict(mpl.rcParams) == before


def test_the_result_and_its_chart_do_without_pyplot():
    code = "import booking_sim.result.result, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_axes_a_new_figure_is_made(frame, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  as the plot does

    others = set(plt.get_fignums())
    ax = outcomes_over_time(frame)
    assert set(plt.get_fignums()) - others == {ax.figure.number}
    plt.close(ax.figure)
