"""How many tickets claims walk past over the run: locked by others, or taken already."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import StrMethodFormatter

from booking_sim.plots.style import OUTCOME_COLOURS, axes_or_new, label_times, legend_above
from booking_sim.stats.skipped import depth_over_time

PASSED_COLOURS = {"locked": OUTCOME_COLOURS["contended"], "dead": OUTCOME_COLOURS["sold_out"]}
PASSED_LABELS = {"locked": "locked", "dead": "already taken"}


def skip_depth_over_time(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the tickets that a claim walked past for each that it took, over the run.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. Where no call was measured that took a ticket, there is no bar.
    """
    ax = axes_or_new(ax)
    depth = depth_over_time(attempts)
    starts = depth.index.to_numpy()
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    base = depth["dead"] * 0
    for name, colour in PASSED_COLOURS.items():
        passed = depth[name].fillna(0)
        ax.bar(starts, passed, width, base.fillna(0), align="edge", color=colour, label=PASSED_LABELS[name])
        base = base + passed
    ax.set_ylabel("walked past for each one taken")
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    label_times(ax, starts[-1] + width)
    legend_above(ax)
    return ax
