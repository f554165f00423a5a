"""Reads back what axes hold: heights, lines, bands, rows and texts, by their labels, to be compared with the data."""

from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.patches import StepPatch


@dataclass
class Steps:
    """Bins that are drawn as steps: from `bottom` to `top` between two `edges` each; `filled` or an outline."""

    label: str
    edges: list
    bottom: list
    top: list
    filled: bool
    colour: str

    @property
    def heights(self):
        return [top - bottom for top, bottom in zip(self.top, self.bottom, strict=True)]


def steps(ax):
    """The stairs, in the order in which they are drawn."""
    found = []
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            values, edges, baseline = patch.get_data()
            bottom = np.broadcast_to(np.nan_to_num(np.asarray(baseline, dtype=float)), np.shape(values))
            colour = patch.get_facecolor() if patch.get_fill() else patch.get_edgecolor()
            found.append(
                Steps(
                    patch.get_label(),
                    list(edges),
                    list(bottom),
                    list(np.asarray(values)),
                    patch.get_fill(),
                    to_hex(colour),
                )
            )
    return found


def lines(ax):
    """The lines and dots: their points and style."""
    return [
        SimpleNamespace(
            label=line.get_label(),
            x=list(np.asarray(line.get_xdata(), dtype=float)),
            y=list(np.asarray(line.get_ydata(), dtype=float)),
            colour=to_hex(line.get_color()),
            alpha=line.get_alpha(),
            style=line.get_linestyle(),
            marker=line.get_marker(),
            drawn_as=line.get_drawstyle(),
        )
        for line in ax.lines
    ]


def band(collection, x):
    """From where to where a filled area reaches at a place that is none of its corners."""
    (path,) = collection.get_paths()
    corners = path.vertices
    found = [
        y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        for (x0, y0), (x1, y1) in pairwise(corners)
        if min(x0, x1) < x < max(x0, x1)
    ]
    return min(found), max(found)


def areas(ax):
    """The filled areas, by label."""
    return {each.get_label(): each for each in ax.collections if isinstance(each, PolyCollection)}


def segments(ax):
    """The horizontal lines: (row, from, to, colour) each."""
    return sorted(
        (float(y), float(x0), float(x1), to_hex(each.get_color()[0]))
        for each in ax.collections
        if isinstance(each, LineCollection)
        for (x0, y), (x1, _) in each.get_segments()
    )


def bars(ax):
    """Horizontal bars by label: (row, from, to) each."""
    return {
        each.get_label(): [
            (bar.get_y() + bar.get_height() / 2, bar.get_x(), bar.get_x() + bar.get_width()) for bar in each.patches
        ]
        for each in ax.containers
        if isinstance(each, BarContainer)
    }


def legend(ax):
    """What the legend says."""
    return [text.get_text() for text in ax.get_legend().get_texts()]


def title(ax):
    """The title in one line."""
    return ax.get_title(loc="left").replace("\n", " ")
