"""Outcomes over time: what buyers got, and how fast."""

import math
from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.axes import axes_or_new, set_title, stack, time_axis
from booking_sim.plots.panel import Description, Panel
from booking_sim.plots.style import OUTCOME_COLOURS, OUTCOME_LABELS
from booking_sim.plots.units import seconds_text
from booking_sim.records.attempts import OUTCOMES
from booking_sim.stats.bins import edges
from booking_sim.stats.outcomes import answer_times, answers_in, rate_over_time, rates_in, reserving
from booking_sim.stats.requests import Pieces, whole


def outcomes_over_time(attempts: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the answers to reserve per second over the run, stacked by outcome.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes.

    Example:
        Beside another picture:

            import matplotlib.pyplot as plt

            from booking_sim import plots

            left, right = plt.figure().subplots(1, 2)
            plots.outcomes_over_time(result.attempts, ax=left)
            plots.latency_curve(result.attempts, ax=right)

    See Also:
        latency_over_time: How long answers took.
        booking_sim.stats.rate_over_time: The numbers.
    """
    return draw_outcomes(whole(attempts), axes_or_new(ax))


def draw_outcomes(pieces: Pieces, ax: Axes) -> Axes:
    """Draw the same of attempts that are given a piece at a time."""
    rates, answers = rates_in(pieces), answers_in(pieces)
    bins, counts = edges(rates.index), answers["count"]
    seen = [outcome for outcome in OUTCOMES if counts[outcome]]
    stack(
        ax, bins, ((f"{OUTCOME_LABELS[name]}: {counts[name]:,}", rates[name], OUTCOME_COLOURS[name]) for name in seen)
    )
    ax.set_ylabel("answers per second\n(higher is better)")
    time_axis(ax, bins[-1])
    return set_title(ax, _title(answers))


def outcomes_panel(attempts: pd.DataFrame) -> Panel:
    """The same with its message, for a page."""
    draw = partial(outcomes_over_time, attempts)
    return Panel(_title(answers_in(whole(attempts))), draw, partial(_describe, attempts), over_run=True)


def _title(answers: pd.DataFrame) -> str:
    refused_at = float(answers["first"]["sold_out"])
    first = "no refusal" if math.isnan(refused_at) else f"first refusal after {seconds_text(refused_at)}"
    return f"{answers['count']['held']:,} of {answers['count'].sum():,} requests got tickets; {first}"


def _describe(attempts: pd.DataFrame) -> Description:
    asked = reserving(attempts)
    times = answer_times(asked).groupby(asked["outcome"].astype(str)).agg(["size", "min", "max"])
    parts = [
        f"{row['size']:,.0f} {OUTCOME_LABELS[str(outcome)]} (from {row['min']:,.3g} to {row['max']:,.3g} s)"
        for outcome, row in times.reindex(list(OUTCOMES)).dropna().iterrows()
    ]
    peak = rate_over_time(attempts).sum(axis="columns").max()
    return Description(
        f"Answers received over the run; at most {peak:,.0f} per second.",
        f"Stacked bars of the answers per second over the run, by outcome: {', '.join(parts)}.",
    )
