"""How every chart looks: one colour a word, everywhere, that colour-blind eyes tell apart (Okabe and Ito, 2008)."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes

STYLE = Path(__file__).with_name("booking_sim.mplstyle")
"""Put on while a chart is drawn, by `matplotlib.style.context`; never on import."""

INK = "#222222"

OUTCOME_COLOURS: Mapping[str, str] = {
    "held": "#009E73",
    "sold_out": "#B4B4B4",  # grey: the crowd behind the few who got a ticket
    "contended": "#E69F00",
    "gave_up": "#CC79A7",
    "timed_out": "#F0E442",
    "unknown": "#56B4E9",
    "error": "#D55E00",
}

OUTCOME_LABELS: Mapping[str, str] = {
    "held": "held",
    "sold_out": "sold out",
    "contended": "contended",
    "gave_up": "gave up",
    "timed_out": "timed out",
    "unknown": "unknown",
    "error": "error",
}


def axes_or_new(ax: Axes | None) -> Axes:
    """The axes given, or those of a new figure that a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt  # noqa: PLC0415  keeps figures and picks a window system: only when asked for

    return plt.subplots(layout="constrained")[1]
