"""What charts share: stacked bins, axes of time, logarithmic axes, a legend that fits, a title above it."""

import re
import textwrap
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter
from matplotlib.typing import ColorType

from booking_sim.plots.style import page_style
from booking_sim.stats.bins import nice_width

Band = tuple[str, npt.ArrayLike, ColorType]
"""A band of a stack: label, heights, colour."""

_GAP_COLOUR = "#9A9A9A"
_MOST_TICKS = {"x": 5, "y": 7}  # of a logarithmic axis, in steps of 1, 2, 5; beyond: powers of ten
_MARGIN = 0.03  # of a logarithmic axis, on either side: a dot at the end is a whole dot
_POINTS_PER_INCH = 72
_GAP = 6  # points, between a title and what is under it
_PAGE_TITLE = 14  # points
_BOLD_LETTER = 0.62  # of the font's size: how wide a letter of a title is on average
_UNIT = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|%)\b|%)")
"""The space between a number and its unit, which stand on one line."""
_ROOM = 1.05  # of the width before the layout: by so much, or more, the axes will be wider


def axes_or_new(ax: Axes | None) -> Axes:
    """The axes given, or those of a new figure that a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # noqa: PLC0415  keeps figures and picks a window system: only when asked for

    with style.context(page_style()):
        return plt.subplots(layout="constrained")[1]


def stack(ax: Axes, edges: npt.NDArray[np.float64], bands: Iterable[Band]) -> None:
    """Draw bands over bins, each on top of those before.

    Args:
        ax: Where to draw.
        edges: The edges of the bins, one more than there are heights.
        bands: The bands, the lowest first; a bin whose height is NaN stays empty.
    """
    base = np.zeros(len(edges) - 1)
    for label, heights, colour in bands:
        height = np.asarray(heights, dtype=float)
        ax.stairs(base + height, edges, baseline=base, fill=True, color=colour, label=label)
        base = base + np.nan_to_num(height)
    count_axis(ax)


def mark_gaps(ax: Axes, edges: npt.NDArray[np.float64], is_gap: npt.ArrayLike, label: str) -> None:
    """Hatch the bins of which nothing is known, so that nobody takes them for zero.

    Args:
        ax: Where to draw.
        edges: The edges of the bins, one more than there are bins.
        is_gap: Whether nothing is known of each.
        label: What the legend says of them.
    """
    is_gap = np.asarray(is_gap, dtype=bool)
    if is_gap.any():
        heights = np.where(is_gap, 1.0, np.nan)
        across = ax.get_xaxis_transform()
        ax.stairs(
            heights,
            edges,
            fill=True,
            facecolor="none",
            edgecolor=_GAP_COLOUR,
            hatch="///",
            lw=0,
            label=label,
            transform=across,
        )


def count_axis(ax: Axes) -> None:
    """Let the vertical axis begin at 0, where bars stand, with a comma between thousands."""
    if not ax.dataLim.y1 > 0:
        ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))


def time_axis(ax: Axes, end: float) -> None:
    """Let the horizontal axis be the run, from its start to `end`, in seconds."""
    ax.set(xlabel="seconds since the start", xlim=(0, end or 1))
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=(1, 2, 5, 10)))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    ax.grid(visible=False, axis="x")


def log_axis(axis: Axis, write: Callable[[float], str] = "{:,g}".format) -> None:
    """Make an axis logarithmic when all is drawn: it ends at round numbers, and two or more of them are written.

    Args:
        axis: Which; what is drawn along it is above 0.
        write: Writes a number.
    """
    name = "x" if axis is axis.axes.xaxis else "y"
    axis.axes.set(**{f"{name}scale": "log"})
    together = getattr(axis.axes, f"get_shared_{name}_axes")().get_siblings(axis.axes)
    drawn = [getattr(each, f"{name}axis").get_data_interval() for each in together]
    least, most = min(low for low, _ in drawn), max(high for _, high in drawn)
    if not 0 < least <= most < np.inf:
        least, most = 1.0, 10.0
    low, high = 1 / nice_width(1.001 / least, 1), nice_width(1.001 * most, 1)
    room = (high / low) ** _MARGIN
    axis.axes.set(**{f"{name}lim": (low / room, high * room)})
    steps = 3 * np.log10(high / low)
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if steps < _MOST_TICKS[name] else (1,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axis.set_minor_formatter(NullFormatter())


def set_title(ax: Axes, title: str) -> Axes:
    """Put the legend over the axes, in as many columns as fit, and a title over that: a statement of what is shown.

    Args:
        ax: Where all else is drawn.
        title: What the chart shows, as a statement.

    Returns:
        The axes.

    Example:
        Your own statement over a chart:

            from booking_sim import plots

            plots.set_title(plots.latency_curve(result.attempts), "Half wait for 8 ms")

    See Also:
        at_a_glance: Charts with their titles.
    """
    room = _ROOM * ax.get_window_extent().width
    points = _POINTS_PER_INCH / ax.figure.dpi
    text = ax.set_title(title, loc="left", pad=_GAP + points * _legend_above(ax, room))
    width = int(room * points / (_BOLD_LETTER * float(text.get_fontsize())))
    together = _UNIT.sub("\N{NO-BREAK SPACE}", title)
    text.set_text(textwrap.fill(together, width).replace("\N{NO-BREAK SPACE}", " "))
    return ax


def set_page_title(figure: Figure, title: str) -> None:
    """Put a title over all charts of a page, in as many lines as it needs."""
    width = int(figure.get_figwidth() * _POINTS_PER_INCH / (_BOLD_LETTER * _PAGE_TITLE))
    figure.suptitle(textwrap.fill(title, width), x=0.01, ha="left", fontsize=_PAGE_TITLE, fontweight="bold")


def _legend_above(ax: Axes, room: float) -> float:
    """Put the legend where it hides nothing; its height, in pixels."""
    entries = len(ax.get_legend_handles_labels()[1])
    for columns in range(entries, 0, -1):
        legend = ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=columns)
        extent = legend.get_window_extent()
        if extent.width <= room or columns == 1:
            return extent.height
    return 0.0
