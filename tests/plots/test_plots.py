"""Charts: into the axes they are given, in the colours of the words, and without a mark on matplotlib's state."""

import re
import subprocess
import sys
from itertools import combinations

import matplotlib as mpl
import pandas as pd
import pytest
from drawn import title
from made_up import attempts, failed, held, holds, inventory, refused, server, waits
from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.plots import (
    at_a_glance,
    metric_by_setting,
    outcomes_over_time,
    overview,
    set_title,
    who_blocks_whom,
)
from booking_sim.plots.axes import log_axis
from booking_sim.plots.panels import draw_panel, panels
from booking_sim.plots.style import DARK, OUTCOME_COLOURS, OUTCOME_LABELS, STATUS_COLOURS, STYLE
from booking_sim.plots.units import tick_text
from booking_sim.records.attempts import OUTCOMES
from booking_sim.stats.outcomes import answer_times

HOLDS = holds((0, "confirmed", 2), (0, "expired", 6), (1, "open", None))
WAITS = waits(
    (0.0, 1, None, None, None),
    (0.0, 2, "Lock", "tuple", [1]),
    (1.0, 2, "Lock", "tuple", [1]),
    (1.0, 3, "Lock", "transactionid", [1]),
    *((second, None, None, None, None) for second in (1.2, 1.4, 1.6)),
)
SERVER = server((0, 0, 0, 0), (1, 5, 5, 10), (2, 6, 5.5, 12), (4, 7, 6.5, 15))
ONE_COUNT = inventory((2, 2, 3, 1, 4))
TWO_COUNTS = inventory((0, 10, 0, 0, 0), (9, 2, 3, 1, 4))


def page(frame, title):
    return overview(frame, HOLDS, TWO_COUNTS, WAITS, SERVER, title=title)


@pytest.fixture
def frame():
    return attempts(held(1, 0.0, 1, 1), refused(2, 0.5), refused(3, 1.0, "contended"), failed(4, 1.2))


def test_a_held_ticket_has_the_colour_of_the_answer_that_held_it():
    assert STATUS_COLOURS["held"] == OUTCOME_COLOURS["held"]


def test_every_outcome_has_a_colour_and_a_label():
    assert set(OUTCOME_COLOURS) == set(OUTCOME_LABELS) == set(OUTCOMES)
    assert len(set(OUTCOME_COLOURS.values())) == len(OUTCOMES)


@pytest.mark.parametrize(
    "draw", [at_a_glance, lambda frame, title: overview(frame, holds(), ONE_COUNT, waits(), server(), title=title)]
)
def test_nothing_can_be_drawn_too(draw, tmp_path):
    draw(attempts(), "nobody came").savefig(tmp_path / "nothing.png")


def topics(shown):
    """What each panel draws, by the label of its vertical axis."""
    figure = Figure()
    return [panel.draw(ax=figure.add_subplot()).get_ylabel().split("\n")[0] for panel in shown]


ALWAYS = ["answers per second", "time to answer, log scale,", "answers within this time"]


def test_a_page_shows_what_there_is(frame):
    assert topics(panels(frame, holds(), ONE_COUNT, waits(), server())) == ALWAYS
    assert topics(panels(frame, HOLDS, TWO_COUNTS, WAITS, SERVER)) == [
        "answers per second",
        "tickets (legend: at the end)",
        *ALWAYS[1:],
        "clients at work, mean",
        "sessions that they wait for",
        "CPUs in use (legend: mean)",
        "holds not expired",
        "overdue holds not released",
    ]
    planned = attempts(refused(2, 0.5)._replace(scheduled_at=0.1), held(1, 0, 1, 1)._replace(dead_rows_scanned=3))
    shown = topics(panels(planned, holds(), ONE_COUNT, waits(), server()))
    assert shown == [*ALWAYS, "rows skipped per ticket", "first calls per second,"]
    assert panels(attempts(), holds(), ONE_COUNT, waits(), server()) == []


def test_a_panel_says_what_it_draws(frame):
    planned = attempts(refused(2, 0.5)._replace(scheduled_at=0.1), held(1, 0, 1, 1)._replace(dead_rows_scanned=3))
    for panel in [*panels(frame, HOLDS, TWO_COUNTS, WAITS, SERVER), *panels(planned, HOLDS, TWO_COUNTS, WAITS, SERVER)]:
        ax = panel.draw(ax=Figure().add_subplot())
        assert title(ax) == panel.title
        described = panel.describe()
        for words in (panel.title, described.caption, described.alternative):
            assert re.search(r"\d", words), words
            assert not re.search(r"\b(nan|none)\b", words), words


def test_a_panel_says_its_unit_its_scale_and_which_side_is_better(frame):
    planned = attempts(refused(2, 0.5)._replace(scheduled_at=0.1), held(1, 0, 1, 1)._replace(dead_rows_scanned=3))
    for panel in [*panels(frame, HOLDS, TWO_COUNTS, WAITS, SERVER), *panels(planned, HOLDS, TWO_COUNTS, WAITS, SERVER)]:
        figure = Figure()
        ax = panel.draw(ax=figure.add_subplot())
        said = " ".join(f"{each.get_xlabel()} {each.get_ylabel()}" for each in figure.axes)
        assert re.search(r"is bet?ter|is best", said), panel.title
        assert ax.get_xlabel(), panel.title
        assert ax.get_ylabel(), panel.title
        assert ("log scale" in said) == ("log" in (ax.get_xscale(), ax.get_yscale())), panel.title


def test_an_instant_is_at_one_place_in_all_panels_of_the_overview(frame):
    over_time = [ax for ax in page(frame, "title").axes if ax.get_xlabel() == "seconds since the start"]
    assert len(over_time) == 5
    assert {ax.get_xlim() for ax in over_time} == {(0, answer_times(frame).max())}


@pytest.mark.parametrize("draw", [at_a_glance, page], ids=["glance", "page"])
def test_no_text_overlaps_another_or_leaves_the_figure(frame, draw):
    everything = attempts(*(refused(number, 0.1, outcome) for number, outcome in enumerate(OUTCOMES, 10)))
    figure = draw(pd.concat([frame, everything]), "Partial run: " + "1 of 1 tickets held, 1 refused, none twice, " * 3)
    assert misplaced(figure) == ([], [])


def test_no_text_of_a_small_panel_overlaps_another_or_leaves_it(frame):
    """Every panel as small as in a report, with all outcomes and a wait of six minutes."""
    everything = [refused(number, 0.1, outcome) for number, outcome in enumerate(OUTCOMES, 10)]
    depth = {"dead_rows_scanned": 12_345, "locked_rows_skipped": 67}
    slow = refused(99, 384.0, latency_ms=900.0)._replace(scheduled_at=0.5, **depth)
    claim = held(98, 0.2, 9, 1)._replace(**depth)
    shown = panels(pd.concat([frame, attempts(*everything, slow, claim)]), HOLDS, TWO_COUNTS, WAITS, SERVER)
    assert len(shown) == 11
    with style.context(STYLE):
        for panel in shown:
            figure = Figure(figsize=(4.9, 3.6), layout="constrained")
            draw_panel(panel, 385.0, figure.subplots())
            assert misplaced(figure) == ([], []), panel.title


def misplaced(figure):
    """The texts that overlap, in pairs, and those that leave the figure."""
    figure.draw_without_rendering()
    texts = [text for text in texts_of(figure) if text.get_text() and text.get_visible()]
    width, height = figure.bbox.size
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    hits = [(words, others) for (words, box), (others, theirs) in combinations(boxes, 2) if box.overlaps(theirs)]
    outside = [words for words, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]
    return hits, outside


def texts_of(figure):
    if figure._suptitle:
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


@pytest.mark.parametrize("width", [2, 3, 4, 5])
def test_a_number_of_a_title_stands_on_one_line_with_its_unit(width):
    ax = Figure(figsize=(width, 3)).add_subplot()
    set_title(ax, "Half of 317 holds were released within 8.09 ms, 99 % within 46 min, the last 4 h after it")
    assert not re.search(r"^(ms|%|min|h)\b", ax.get_title(loc="left"), re.MULTILINE)
    assert title(ax).endswith("8.09 ms, 99 % within 46 min, the last 4 h after it")


def test_no_tick_of_a_narrow_logarithmic_axis_overlaps_another():
    figure = Figure(figsize=(3.4, 2), layout="constrained")
    ax = figure.subplots()
    ax.plot([31, 1100], [1, 2])
    log_axis(ax.xaxis, tick_text)
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    assert len(boxes) > 1
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_the_intervals_of_two_groups_at_one_value_lie_beside_each_other():
    runs = pd.DataFrame({"connections": [4, 4] * 2, "strategy": ["a", "a", "b", "b"], "p99_ms": [5.0, 6, 5, 6]})
    ax = metric_by_setting(runs, "p99_ms", "connections", hue="strategy", ax=Figure().add_subplot())
    places = [each.get_transform().transform(each.get_segments()[0])[0, 0] for each in ax.collections]
    assert places[1] - places[0] > 5  # pixels
    assert ax.get_ylim()[1] > 6


def test_the_strongest_square_stands_out_from_a_dark_ground():
    with style.context([STYLE, DARK]):
        ax = who_blocks_whom(WAITS, ax=Figure().add_subplot())
    image = ax.images[0]
    assert sum(image.cmap(1.0)[:3]) > sum(image.cmap(0.0)[:3])
