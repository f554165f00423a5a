"""How every chart looks: one colour a word, everywhere, that colour-blind eyes tell apart (Okabe and Ito, 2008)."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

STYLE = Path(__file__).with_name("booking_sim.mplstyle")
"""Put on while a chart is drawn, by `matplotlib.style.context`; never on import."""

DARK = Path(__file__).with_name("dark.mplstyle")
"""Put on over STYLE for a dark page."""

OUTCOME_COLOURS: Mapping[str, str] = {
    "held": "#009E73",
    "hold_expired": "#8FCDB9",
    "sold_out": "#B4B4B4",  # grey: the crowd behind the few who got a ticket
    "contended": "#E69F00",
    "gave_up": "#CC79A7",
    "timed_out": "#F0E442",
    "unknown": "#56B4E9",
    "error": "#D55E00",
}

OUTCOME_LABELS: Mapping[str, str] = {
    "held": "held",
    "hold_expired": "hold expired",
    "sold_out": "sold out",
    "contended": "contended",
    "gave_up": "gave up",
    "timed_out": "timed out",
    "unknown": "unknown",
    "error": "error",
}


STATUS_COLOURS: Mapping[str, str] = {
    "sold": "#0072B2",
    "held": OUTCOME_COLOURS["held"],
    "overdue": "#8FCDB9",  # still held, but in name only: the same green, faded
    "available": "#90909030",  # the empty hall: a shade on a light page and on a dark one
}
"""Of a ticket, in the order in which charts stack them."""

STATUS_LABELS: Mapping[str, str] = {
    "sold": "sold",
    "held": "held",
    "overdue": "held, but overdue",
    "available": "available",
}

PERCENT_SHADES: Mapping[int, float] = {50: 0.4, 95: 0.65, 99: 1.0}
"""How much of the ink: the rarer, the clearer."""

WAIT_COLOURS: Mapping[str, str] = {
    "running": "#C4C4C4",
    "Client": "#88CCEE",
    "IO": "#6A5ACD",
    "IPC": "#999933",
    "LWLock": "#CC6677",
    "Lock": "#AA3377",
    "Timeout": "#DDCC77",
}
"""Of a type of wait event (after Tol's muted scheme, 2021: no colour of a ticket or an outcome among them)."""

OTHER_WAITS = "#7A7A7A"


_LEGEND_WIDTH, _LEGEND_GAP = 64, 5  # letters: of the narrowest chart, and between two columns

_NARROW = 50  # times: what a logarithmic axis can span and have numbers between the powers of ten


def axes_or_new(ax: Axes | None) -> Axes:
    """The axes given, or those of a new figure that a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # noqa: PLC0415  keeps figures and picks a window system: only when asked for

    with style.context(STYLE):
        return plt.subplots(layout="constrained")[1]


def ink() -> str:
    """The colour of text in the style that is on, for lines that have no status of their own."""
    return str(mpl.rcParams["text.color"])


def label_times(ax: Axes, end: float) -> None:
    """Let the horizontal axis be the run, from its start to its end in seconds."""
    ax.set(xlabel="seconds since the start", xlim=(0, end or 1))
    ax.xaxis.set_major_locator(MaxNLocator(6, steps=(1, 2, 5, 10)))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    ax.grid(visible=False, axis="x")


def legend_above(ax: Axes) -> None:
    """Put the legend over the axes, where it hides nothing, in as many columns as fit."""
    labels = ax.get_legend_handles_labels()[1]
    if labels:
        columns = _LEGEND_WIDTH // (max(map(len, labels)) + _LEGEND_GAP)
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            borderaxespad=0.2,
            frameon=False,
            ncols=min(max(columns, 1), len(labels)),
        )


def label_powers(axis: Axis) -> None:
    """Write the numbers of a logarithmic axis out, when all is drawn: the steps of 1, 2, 5 where they have room."""
    least, most = axis.get_data_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if most < _NARROW * least else (1,)))
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(NullFormatter())
