"""What happened during a run, marked in its charts."""

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.style import EVENT_COLOURS
from booking_sim.plots.units import seconds_text

_NAMED = 6
"""Events that a sentence names."""


def mark_events(ax: Axes, events: pd.DataFrame) -> Axes:
    """Draw a dotted line at each event of a run.

    Args:
        ax: Axes over the time of the run.
        events: As SurgeResult.events.

    Returns:
        The axes.

    Example:
        Did the latency rise with a checkpoint?

            from booking_sim import plots

            plots.mark_events(plots.latency_over_time(result.attempts), result.events)

    See Also:
        overview: Every chart, with the events.
    """
    for seconds, kind in zip(events["seconds"], events["kind"], strict=True):
        ax.axvline(seconds, color=EVENT_COLOURS[kind], linestyle=":", linewidth=1.4, gid=f"event {kind}")
    return ax


def events_text(events: pd.DataFrame) -> str:
    """Name the events of a run in a sentence; empty if there is none."""
    named = [f"{text} ({seconds_text(at)})" for at, text in zip(events["seconds"], events["text"], strict=True)]
    more = f"; and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    return f"Dotted lines: {'; '.join(named[:_NAMED])}{more}." if named else ""
