"""Metrics over a varied setting: runs -> Axes."""

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from booking_sim.plots.axes import axes_or_new, count_axis, log_axis, set_page_title, set_title
from booking_sim.plots.style import GOOD, RUN_COLOURS, ink, page_style
from booking_sim.stats.repeats import over_repeats

_METRICS = {
    "throughput": ("answers per second", "higher is better"),
    "p99_ms": ("p99 since the plan, ms", "lower is better"),
    "answered_share": ("share answered", "higher is better"),
}
_COLOURS = RUN_COLOURS[1:]
_TOP = 0.97  # of the height of the axes
_ASIDE = 6  # points between the intervals of two groups, so that none hides another


def metric_by_setting(
    runs: pd.DataFrame, metric: str, x: str, *, hue: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the mean of a metric over the repeats, with its 95 % interval, for each value of a setting.

    Args:
        runs: One row per run, as `Sweep.runs`.
        metric: Which column.
        x: The setting along the axis.
        hue: A second setting: a line for each of its values; None: one line.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. Points without an interval have one repeat. A triangle at the top is a
        percentile that was not reached in some repeat, since too few were answered.

    Example:
        Two settings, one run each:

            import pandas as pd

            from booking_sim import plots

            runs = pd.DataFrame({"connections": [4, 16], "p99_ms": [8.0, 9.0]})
            plots.metric_by_setting(runs, "p99_ms", "connections")

    See Also:
        sweep_overview: Throughput and p99.
        booking_sim.stats.over_repeats: The numbers.
    """
    ax = axes_or_new(ax)
    places = _places(runs[x])
    groups = (
        [("", runs)] if hue is None else [(f"{hue}={value}", part) for value, part in runs.groupby(hue, sort=False)]
    )
    for number, (label, part) in enumerate(groups):
        found = over_repeats(part, metric, [x]).assign(place=lambda rows: rows.index.map(places)).sort_values("place")
        colour = ink() if hue is None else _COLOURS[number % len(_COLOURS)]
        inches = _ASIDE / 72 * (number - (len(groups) - 1) / 2)
        aside = ax.transData + ScaledTranslation(inches, 0, ax.figure.dpi_scale_trans)
        ax.plot(
            found["place"],
            found["mean"],
            "o-",
            color=colour,
            markersize=4,
            label=label or "mean of the repeats",
            transform=aside,
        )
        beyond = found["place"][np.isinf(found["mean"])]
        if len(beyond):
            of = f"{label}: not reached" if label else "not reached in some repeat"
            ax.plot(beyond, [_TOP] * len(beyond), "^", color=colour, transform=ax.get_xaxis_transform(), label=of)
        ax.vlines(found["place"], found["low"], found["high"], color=colour, linewidth=2, alpha=0.45, transform=aside)
        for values in (found["mean"], found["low"], found["high"]):  # what is drawn aside does not set the limits
            finite = np.isfinite(values)
            ax.update_datalim(np.column_stack([found["place"], values])[finite])
    ax.autoscale_view()
    about, better = _METRICS.get(metric, (metric, ""))
    ax.set(xlabel=x, ylabel=f"{about}\n({better})" if better else about)
    ax.set_ylim(bottom=0)
    count_axis(ax)
    if any(place != value for value, place in places.items()):
        ax.set_xticks([*places.values()], [*map(str, places)])
    return set_title(ax, _statement(runs, metric, x, hue))


def sweep_overview(runs: pd.DataFrame, x: str, hue: str | None = None) -> Figure:
    """Draw a sweep in one picture: throughput and p99 over the varied setting.

    Args:
        runs: One row per run, as `Sweep.runs`.
        x: The setting along the axes.
        hue: A second setting; None: there is none.

    Returns:
        A figure that pyplot does not know of.

    Example:
        Two settings, one run each:

            import pandas as pd

            from booking_sim import plots

            runs = pd.DataFrame({"connections": [4, 16], "p99_ms": [8.0, 9.0]})
            plots.sweep_overview(runs.assign(throughput=[900.0, 990.0]), "connections")

    See Also:
        metric_by_setting: One metric.
    """
    with style.context(page_style()):
        figure = Figure(figsize=(12, 4.5), layout="constrained")
        for metric, ax in zip(("throughput", "p99_ms"), figure.subplots(1, 2), strict=True):
            metric_by_setting(runs, metric, x, hue=hue, ax=ax)
    return figure


def knee_overview(runs: pd.DataFrame, x: str, low: float, high: float, title: str) -> Figure:
    """Draw where requirements end to be met: throughput and p99 over the arrival rate.

    Args:
        runs: One row per run, as `Knee.runs`.
        x: The column of the rate, in buyers per second; its axis is logarithmic, since
            the rate is doubled.
        low: The greatest rate up to which every run meets the requirements.
        high: The least rate above it at which none does, infinite if there is none.
            Between both is a shade.
        title: The result, in one line.

    Returns:
        A figure that pyplot does not know of.

    Example:
        Two rates, one run each:

            import pandas as pd

            from booking_sim import plots

            runs = pd.DataFrame({"rate": [100, 200], "p99_ms": [2.0, 250.0]})
            runs["throughput"] = [100.0, 180.0]
            plots.knee_overview(runs, "rate", 100, 200, "Up to 100 buyers meet it")

    See Also:
        sweep_overview: Any setting, varied as chosen.
        booking_sim.knee: The search.
    """
    with style.context(page_style()):
        figure = sweep_overview(runs, x)
        for ax in figure.axes:
            log_axis(ax.xaxis, "{:,.4g}".format)
            first, last = ax.get_xlim()
            ax.axvspan(max(low, first), min(high, last), color=GOOD, alpha=0.25, linewidth=0, label="the knee")
            ax.set_xlabel("buyers who come per second")
            set_title(ax, ax.get_title(loc="left"))
        set_page_title(figure, title)
    return figure


def _places(values: pd.Series) -> dict[object, float]:
    """Where each value is along the axis: numbers where they are, all else side by side."""
    unique = [*dict.fromkeys(values)]
    is_number = all(isinstance(value, int | float | np.number) for value in unique)
    return {value: float(value) if is_number else float(place) for place, value in enumerate(unique)}


def _statement(runs: pd.DataFrame, metric: str, x: str, hue: str | None) -> str:
    found = over_repeats(runs, metric, [x, *([hue] if hue else [])])["mean"].dropna()
    if found.empty:
        return f"Not measured: {metric}"
    best, worst = found.idxmax(), found.idxmin()
    names = [x, hue] if hue else [x]
    places = [", ".join(map(_setting, names, np.atleast_1d(np.array(each, dtype=object)))) for each in (best, worst)]
    return f"{metric}: highest at {places[0]}, lowest at {places[1]}"


def _setting(name: str, value: object) -> str:
    return f"{name}={value:,.4g}" if isinstance(value, float) else f"{name}={value}"
