"""The style of every chart: one colour per meaning, which colour-blind eyes can distinguish (Okabe and Ito, 2008)."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.colors import to_rgba

STYLE = Path(__file__).with_name("booking_sim.mplstyle")
"""Used while a chart is drawn, by `matplotlib.style.context`; never on import."""

DARK = Path(__file__).with_name("dark.mplstyle")
"""Used over STYLE for a dark page."""

_HALF = 1.5  # of the light that white has, in three colours

OUTCOME_COLOURS: Mapping[str, str] = {
    "held": "#009E73",
    "hold_expired": "#8FCDB9",
    "sold_out": "#B4B4B4",  # grey: the many behind the few who got a ticket
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

GOOD, BAD = OUTCOME_COLOURS["held"], OUTCOME_COLOURS["error"]
"""Of what passed, and of what failed."""

STATUS_COLOURS: Mapping[str, str] = {
    "sold": "#0072B2",
    "held": OUTCOME_COLOURS["held"],
    "overdue": "#8FCDB9",  # the next buyer can have it: the green of held, faded
    "available": "#90909030",  # a shade on a light page and on a dark one
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

SKIP_COLOURS: Mapping[str, str] = {"locked": OUTCOME_COLOURS["contended"], "dead": OUTCOME_COLOURS["sold_out"]}
SKIP_LABELS: Mapping[str, str] = {"locked": "locked rows skipped", "dead": "dead rows scanned"}
"""The two parts of the skip depth."""

CPU_COLOURS: Mapping[str, str] = {"server": "#4477AA", "generator": "#CCBB44", "others": "#BBBBBB"}
"""Of who uses a CPU (Tol's bright scheme: no colour of a status among them)."""

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

RUN_COLOURS = ("#BBBBBB", "#4477AA", "#EE6677", "#228833", "#CCBB44", "#AA3377")
"""Of kinds of run side by side, the first one behind the others (Tol's bright scheme)."""

OTHER_WAITS = "#7A7A7A"
EVENT_COLOURS: Mapping[str, str] = {
    "checkpoint": "#0077BB",
    "vacuum": "#009988",
    "connections lost": "#CC3311",
    "mark": "#EE3377",
}
"""Of what happened during a run (Tol's vibrant scheme)."""

FOREIGN = "#EE8866"
"""Sessions that are not of the run."""


def is_dark() -> bool:
    """Whether the ground of charts is dark in the style that is in use."""
    *colour, opacity = to_rgba(mpl.rcParams["axes.facecolor"])
    return opacity > 0 and sum(colour) < _HALF


def page_style() -> list[Path]:
    """What a page of charts is drawn with: STYLE, and DARK over it where the ground is dark."""
    return [STYLE, DARK] if is_dark() else [STYLE]


def ink() -> str:
    """The colour of text in the style that is in use, for lines that have no status of their own."""
    return str(mpl.rcParams["text.color"])
