"""Strategies side by side: a row each, and a panel for each metric in which they differ."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from booking_sim.plots.axes import axes_or_new, log_axis, set_page_title, set_title
from booking_sim.plots.style import BAD, GOOD, SKIP_COLOURS, SKIP_LABELS, WAIT_COLOURS, page_style
from booking_sim.plots.units import tick_text

_ROW_INCHES = 0.2
_ROOM = 0.04  # of an axis: a dot at its end is a whole dot
_BEST = {"higher": "highest", "lower": "lowest"}
_SPREAD = "median; line: least to greatest round"


def metric_by_strategy(
    table: pd.DataFrame,
    metric: str,
    about: str,
    *,
    better: str = "lower",
    milliseconds: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one metric of each strategy: its median, and from the least to the greatest of its rounds.

    Args:
        table: One row per strategy, as Comparison.table.
        metric: Which.
        about: Its name, with its unit.
        better: Which side is better, "lower" or "higher".
        milliseconds: Whether it is a latency in milliseconds, drawn on a log scale.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes. A strategy that oversold, or broke the audit, has another colour.

    Example:
        Two strategies:

            from booking_sim import compare, plots

            table = compare(["default", "blocking"]).table()
            plots.metric_by_strategy(table, "p99_ms", "p99, ms", milliseconds=True)

    See Also:
        strategies_overview: All metrics in one picture.
    """
    ax = axes_or_new(ax)
    part, rows = pd.DataFrame(table[metric]), np.arange(len(table))
    broken = _broken(table)
    for which, colour, label in ((~broken, GOOD, "audit passed"), (broken, BAD, "oversold, or audit failed")):
        ax.hlines(rows[which], part["least"][which], part["greatest"][which], color=colour, linewidth=2, alpha=0.45)
        ax.plot(
            part["median"][which], rows[which], "o", color=colour, markersize=5, label=label if any(which) else None
        )
    if milliseconds:
        log_axis(ax.xaxis, tick_text)
    else:
        ax.set_xlim(left=float(np.fmin(0, part["least"].min())))
        least, most = ax.get_xlim()
        ax.set_xlim(right=most + _ROOM * (most - least))
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    side = "right" if better == "higher" else "left"
    log = ", log scale" if milliseconds else ""
    _rows(ax, table, f"{about}{log} ({side} is better)\n{_SPREAD}")
    return set_title(ax, _best(part, broken, about, better))


def skip_depth_by_strategy(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many rows a claim skipped for each ticket it took: locked ones, and dead ones.

    Args:
        table: One row per strategy, as Comparison.table.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes; the length of each bar is a median of the rounds.

    Example:
        Two strategies:

            from booking_sim import compare, plots

            plots.skip_depth_by_strategy(compare(["default", "skip_locked"]).table())

    See Also:
        skip_depth_over_time: One run, over time.
    """
    parts = {name: (SKIP_LABELS[name], colour) for name, colour in SKIP_COLOURS.items()}
    return _stack(axes_or_new(ax), table, parts, "rows skipped per ticket")


def waits_by_strategy(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many clients waited on average, by the type of what they waited for.

    Args:
        table: One row per strategy, as Comparison.table.
        ax: Where to draw; a new figure if None.

    Returns:
        The axes; the length of each bar is a median of the rounds.

    Example:
        Two strategies:

            from booking_sim import compare, plots

            plots.waits_by_strategy(compare(["default", "blocking"]).table())

    See Also:
        waits_over_time: One run, over time.
    """
    kinds = [kind for kind in WAIT_COLOURS if f"wait_{kind}" in table]
    parts = {f"wait_{kind}": (kind, WAIT_COLOURS[kind]) for kind in kinds}
    return _stack(axes_or_new(ax), table, parts, "clients waiting")


def _stack(ax: Axes, table: pd.DataFrame, parts: Mapping[str, tuple[str, str]], about: str) -> Axes:
    base = np.zeros(len(table))
    for name, (label, colour) in parts.items():
        width = table[name, "median"].fillna(0).to_numpy()
        if width.any():
            ax.barh(np.arange(len(table)), width, left=base, height=0.62, color=colour, label=label)
        base = base + width
    _rows(ax, table, f"{about} (left is better)\nmedian of the rounds")
    spread = pd.DataFrame(dict.fromkeys(("median", "least", "greatest"), base), table.index)
    return set_title(ax, _best(spread, _broken(table), about, "lower"))


def _broken(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which strategies oversold, or broke the audit, in any round."""
    broken: npt.NDArray[np.bool_] = (
        (table["oversold", "greatest"] > 0) | (table["violations", "greatest"] > 0)
    ).to_numpy()
    return broken


def _best(spread: pd.DataFrame, broken: npt.NDArray[np.bool_], about: str, better: str) -> str:
    """A statement: which strategy is best, if no round of another one that kept the contract comes near its rounds."""
    known = spread[~broken].dropna()
    if known.empty:
        return f"Not measured: {about}"
    best = known.iloc[int(known["median"].argmax() if better == "higher" else known["median"].argmin())]
    rivals = (known["least"] <= best["greatest"]) & (known["greatest"] >= best["least"])
    most = _BEST[better]
    return f"{best.name}: {most} {about}" if rivals.sum() == 1 else f"No clear {most}: {about}"


def _rows(ax: Axes, table: pd.DataFrame, label: str) -> None:
    ax.set_yticks(range(len(table)), table.index)
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlabel(label)
    ax.grid(visible=False, axis="y")


def strategies_overview(table: pd.DataFrame, title: str) -> Figure:
    """Draw a comparison in one picture.

    Args:
        table: One row per strategy, as Comparison.table.
        title: The result in one line.

    Returns:
        A figure that pyplot does not know of; save it, or show it in a notebook.

    Example:
        Two strategies:

            from booking_sim import compare, plots

            comparison = compare(["default", "blocking"])
            plots.strategies_overview(comparison.table(), comparison.headline)

    See Also:
        metric_by_strategy: One metric.
    """
    with style.context(page_style()):
        figure = Figure(figsize=(13, 5 + 2 * _ROW_INCHES * len(table)), layout="constrained")
        set_page_title(figure, title)
        (rate, slow, order), (skipped, waiting, dead) = figure.subplots(2, 3, sharey=True)
        metric_by_strategy(table, "throughput", "buyers served per second", better="higher", ax=rate)
        metric_by_strategy(table, "buyer_p99_ms", "p99 per buyer, with retries", milliseconds=True, ax=slow)
        metric_by_strategy(table, "tau", "order kept: 1 as they came, 0 random", better="higher", ax=order)
        skip_depth_by_strategy(table, ax=skipped)
        waits_by_strategy(table, ax=waiting)
        metric_by_strategy(table, "dead_tuples", "dead rows in the booking tables", ax=dead)
        for ax in (slow, order, dead):
            ax.get_legend().remove()  # one says it for all
    return figure
