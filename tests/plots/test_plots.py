"""Charts: into the axes they are given, in the colours of the words, and without a mark on matplotlib's state."""

import subprocess
import sys

import matplotlib as mpl
import pytest
from made_up import attempts, failed, held, refused
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from booking_sim.attempts import OUTCOMES
from booking_sim.plots.latency import latency_curve
from booking_sim.plots.outcomes import outcomes_over_time
from booking_sim.plots.overview import overview
from booking_sim.plots.style import OUTCOME_COLOURS, OUTCOME_LABELS


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


def test_the_curve_names_its_percentiles(frame, axes):
    assert latency_curve(frame, ax=axes) is axes
    assert [text.get_text() for text in axes.texts] == ["p50  5 ms", "p95  10 ms", "p99  10 ms"]


def test_nothing_can_be_drawn_too(tmp_path):
    overview(attempts(), "nobody came").savefig(tmp_path / "nothing.png")


def test_no_text_of_the_overview_overlaps_another_or_leaves_the_figure(frame):
    figure = overview(frame, "Partial run: " + "1 of 1 tickets held, 1 buyer refused, none sold twice, " * 3)
    figure.draw_without_rendering()
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_text() and text.get_visible()]
    labels = [text for text in texts if "p9" in text.get_text() or "p5" in text.get_text()]
    boxes = [artist.get_window_extent() for artist in [*labels, figure._suptitle, figure.axes[0].get_legend()]]
    assert not any(a.overlaps(b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])
    assert all(figure.bbox.contains(box.x0, box.y0) and figure.bbox.contains(box.x1, box.y1) for box in boxes)


def test_drawing_leaves_no_mark(frame):
    before = dict(mpl.rcParams)
    overview(frame, "title")
    assert dict(mpl.rcParams) == before


def test_the_result_and_its_chart_do_without_pyplot():
    code = "import booking_sim.result, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_axes_a_new_figure_is_made(frame, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  as the plot does

    ax = outcomes_over_time(frame)
    assert plt.get_fignums() == [ax.figure.number]
    plt.close(ax.figure)
