"""All that a figure holds, as lines of text: to be compared with what it held when it was last reviewed."""

import numpy as np
from matplotlib.collections import Collection, LineCollection
from matplotlib.colors import to_hex
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch
from matplotlib.text import Text
from matplotlib.ticker import NullFormatter


def described(figure):
    """The figure: its size and title, and of each of its axes the texts, scales, ticks and whatever is drawn in it."""
    yield f"figure of {numbers(figure.get_size_inches())} inches"
    if figure._suptitle is not None:
        yield f"  title {text(figure._suptitle)}"
    for number, ax in enumerate(figure.axes):
        yield f"axes {number}"
        yield from (f"  {line}" for line in axes(ax))


def axes(ax):
    yield f"title {text(ax.title if ax.title.get_text() else ax._left_title)}"
    for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        low, high = axis.get_view_interval()
        ticks = [place for place in axis.get_majorticklocs() if min(low, high) <= place <= max(low, high)]
        words = axis.get_major_formatter().format_ticks(ticks)
        minor = "" if isinstance(axis.get_minor_formatter(), NullFormatter) else ", small ticks written"
        grid = ", grid" if axis._major_tick_kw.get("gridOn") else ""
        label = axis.get_label().get_text()
        yield f"{name} {axis.get_scale()} from {number(low)} to {number(high)}{grid}{minor}: {label!r}"
        yield f"{name} ticks {dict(zip(map(number, ticks), words, strict=True))}"
    background = {ax.patch, *ax.spines.values()}
    for artist in sorted(ax.get_children(), key=lambda each: each.get_zorder()):
        if artist not in background and artist.get_visible() and (line := drawn(artist)):
            yield line
    if (legend := ax.get_legend()) is not None:
        box = legend.get_bbox_to_anchor().transformed(ax.transAxes.inverted())
        where = f"{legend._loc} of {numbers((box.x0, box.y0))}, {legend.borderaxespad:g}"
        yield f"legend in {legend._ncols} columns at {where}"
        for handle, words in zip(legend.legend_handles, legend.get_texts(), strict=True):
            yield f"  {words.get_text()!r} {type(handle).__name__}"


def drawn(artist):
    """One artist; nothing of what the axes have anyway."""
    match artist:
        case Line2D():
            style = f"{artist.get_linestyle()} {artist.get_marker()} {number(artist.get_markersize())}"
            points = np.column_stack(artist.get_data(orig=False))
            what = f"line {colour(artist.get_color())} {number(artist.get_linewidth())} {style} {vertices(points)}"
        case StepPatch():
            values, edges, base = artist.get_data()
            heights = " ".join(numbers(np.broadcast_to(each, np.shape(values))) for each in (base, values))
            what = f"steps {faces(artist)} {numbers(edges)}: {heights}"
        case LineCollection() | Collection():
            paths = " ".join(vertices(path.vertices) for path in artist.get_paths())
            colours = {colour(each) for each in (*artist.get_facecolor(), *artist.get_edgecolor())}
            what = f"collection {sorted(colours)} {numbers(artist.get_linewidth())} {paths}"
        case AxesImage():
            rows = " ".join(numbers(row) for row in np.ma.filled(artist.get_array(), np.nan))
            what = f"image {artist.get_cmap().name} {numbers(artist.get_extent())} {numbers(artist.get_clim())} {rows}"
        case Patch():
            corners = artist.get_patch_transform().transform(artist.get_path().vertices)
            what = f"patch {faces(artist)} {vertices(corners)}"
        case Text():
            return f"text {text(artist)}" if artist.get_text() and artist not in titles(artist.axes) else ""
        case _:
            return ""
    aside = "" if artist.get_transform().contains_branch(artist.axes.transData) else ", of the axes"
    label = "" if artist.get_label().startswith("_") else f" {artist.get_label()!r}"
    return f"{what}, alpha {artist.get_alpha()}{aside}{label}"


def titles(ax):
    return {ax.title, ax._left_title, ax._right_title}


def text(artist):
    where = numbers(artist.xyann if hasattr(artist, "xyann") else artist.get_position())
    place = f"{numbers(artist.xy)} + {where}" if hasattr(artist, "xy") else where
    how = f"{artist.get_ha()} {artist.get_va()} {artist.get_fontweight()} {number(artist.get_fontsize())}"
    return f"{artist.get_text()!r} at {place}, {how} {colour(artist.get_color())}"


def faces(patch):
    return (
        f"{colour(patch.get_facecolor())} {colour(patch.get_edgecolor())} {number(patch.get_linewidth())} {patch.fill}"
    )


def vertices(points):
    return " ".join(numbers(point) for point in points)


def colour(given):
    return to_hex(given, keep_alpha=True)


def numbers(values):
    return ",".join(map(number, values))


def number(value):
    return f"{float(value):.5g}".replace("-0", "0") if float(value) == 0 else f"{float(value):.5g}"
