"""Arrivals as a notebook shows them: an inline SVG, for which neither pandas nor matplotlib is loaded."""

import numpy as np

from booking_sim.arrivals import Profile, Schedule
from booking_sim.arrivals.curve import FloatArray
from booking_sim.display.templates import render

_BINS = 100
_WIDTH, _HEIGHT = 720, 140
_INSTANT_S = 1.0
"""Seconds shown of a schedule that is over at once."""


def schedule_html(schedule: Schedule) -> str:
    """Draw a schedule: the arrivals per second that were drawn, filled, and the planned ones as a line.

    Args:
        schedule: The arrivals.
    """
    edges = np.linspace(0, schedule.end or _INSTANT_S, _BINS + 1)
    width = edges[1]
    drawn = np.histogram(schedule.times, edges)[0] / width
    planned = np.diff(schedule.expected(edges)) / width
    highest = max(drawn.max(), planned.max(), 1e-9)
    return render(
        "notebook/arrivals.html",
        schedule=schedule,
        width=_WIDTH,
        height=_HEIGHT,
        drawn=_steps(drawn / highest),
        planned=_steps(planned / highest),
        peak=float(drawn.max()),
        end=float(edges[-1]),
    )


def profile_html(profile: Profile) -> str:
    """Draw the schedule that a profile gives with its default seed.

    Args:
        profile: When buyers come.
    """
    return schedule_html(profile.schedule())


def _steps(heights: FloatArray) -> str:
    """The points of a line with a step for each height, which is a share of the picture's."""
    across = np.repeat(np.linspace(0, _WIDTH, len(heights) + 1), 2)
    down = _HEIGHT * (1 - np.concatenate([[0], np.repeat(heights, 2), [0]]))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
