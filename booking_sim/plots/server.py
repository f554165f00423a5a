"""Who used the CPUs: the server, the generator, or other processes."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.axes import axes_or_new, set_title, stack, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import CPU_COLOURS
from booking_sim.stats.server import cpu_use, mean_cpu_use, sample_times


def cpu_over_time(server: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the CPUs in use over the run, stacked by who used them.

    Args:
        server: One row per sample, as SurgeResult.server.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. A server on another machine is not among them.

    Example:
        The picture of a run:

            from booking_sim import plots

            plots.cpu_over_time(result.server)

    See Also:
        waits_over_time: What clients waited for.
        booking_sim.stats.cpu_use: The numbers.
    """
    ax = axes_or_new(ax)
    used, mean = cpu_use(server), mean_cpu_use(server)
    bins = sample_times(server).to_numpy()
    stack(ax, bins, ((f"{name}: {mean[name]:,.2g}", used[name], CPU_COLOURS[name]) for name in map(str, used)))
    ax.set_ylabel("CPUs in use (legend: mean)\n(lower is better)")
    time_axis(ax, bins[-1])
    return set_title(ax, _title(server))


def cpu_panel(server: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    return Panel(_title(server), partial(cpu_over_time, server), partial(_describe, server), over_run=True)


def _title(server: pd.DataFrame) -> str:
    mean = mean_cpu_use(server)
    return f"{str(mean.idxmax()).capitalize()} used the most CPU: {mean.max():,.2g} of {mean.sum():,.2g} in use"


def _describe(server: pd.DataFrame) -> Description:
    parts = ", ".join(f"{cpus:,.2g} by {name}" for name, cpus in mean_cpu_use(server).items())
    return Description(
        f"CPUs in use on the generator's machine, on average: {parts}.",
        f"Stacked steps of the CPUs in use over the run. On average: {parts}.",
    )
