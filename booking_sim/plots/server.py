"""Who used the processors: the server, the generator, or somebody else."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.style import axes_or_new, label_times, legend_above
from booking_sim.stats.server import apart, processors

_COLOURS = {"server": "#4477AA", "generator": "#CCBB44", "others": "#BBBBBB"}  # Tol's bright scheme: of no status


def processors_over_time(server: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the processors in use over the run, stacked by who used them.

    Args:
        server: One row a look, as SurgeResult.server.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. A server on another machine is not among them.
    """
    ax = axes_or_new(ax)
    used = processors(server)
    edges = apart(server)["seconds"].to_numpy()
    base = np.zeros(len(used))
    for name, part in used.items():
        label = f"{name}: {np.average(part, weights=np.diff(edges)):,.2g}"
        ax.stairs(base + part, edges, baseline=base, fill=True, color=_COLOURS[str(name)], label=label)
        base += part.to_numpy()
    ax.set_ylabel("processors in use (legend: mean)")
    ax.set_ylim(bottom=0)
    label_times(ax, edges[-1])
    legend_above(ax)
    return ax
