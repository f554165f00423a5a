"""A result as one page to send: the answer first, then the pictures, then what was simulated and on what."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.display.templates import render
from booking_sim.plots.panels import panels
from booking_sim.plots.style import DARK, STYLE
from booking_sim.report.crowd import crowd
from booking_sim.report.flaws import flaws
from booking_sim.report.pictures import data_uri
from booking_sim.report.plan import settings
from booking_sim.report.tiles import tiles
from booking_sim.report.words import words
from booking_sim.stats.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from booking_sim.result.result import SurgeResult

_INCHES = (5.6, 3.9)
"""Small, so that the letters are still readable where the page is as narrow as a phone."""

_BOTTLENECKS = {
    "generator": "What kept it from being faster was the load generator, which had no time to spare.",
    "connections": "An average call spent most of its time waiting for a connection to the database.",
    "database": "An average call spent most of its time in the database.",
    None: "Nothing was sent.",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the page, on a light ground and on a dark one."""

    title: str
    caption: str
    alternative: str
    light: str
    dark: str


def page(result: "SurgeResult") -> str:
    """Write a result as an HTML page that needs nothing beside it, and no network.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    manifest = result.manifest
    return render(
        "report/page.html",
        headline=result.headline,
        flaws=flaws(result),
        began=datetime.fromisoformat(manifest.started_at),
        tiles=tiles(result.summary()),
        pictures=_pictures(result),
        scenario=settings(result.scenario),
        crowd=crowd(result),
        bottleneck=_BOTTLENECKS[manifest.generator.bottleneck],
        unseen=manifest.observer.problems,
        rules=result.audit.to_dict("records"),
        figures=[(name, result.summary()[name], meaning) for name, meaning in METRICS.items()],
        server=manifest.environment.server,
        machine=manifest.environment.machine,
        versions=manifest.environment.versions,
        git=manifest.environment.git,
    )


def _pictures(result: "SurgeResult") -> list[Picture]:
    every = panels(result.attempts, result.holds, result.inventory, result.waits, result.server)
    pictures = []
    for title, draw in every.items():
        said = words(title, result)
        pictures.append(Picture(title, said.caption, said.alternative, _drawn(draw), _drawn(draw, DARK)))
    return pictures


def _drawn(draw: "Callable[[Axes], Axes]", *overlay: Any) -> str:
    with style.context([STYLE, *overlay]):
        figure = Figure(figsize=_INCHES, layout="constrained")
        draw(figure.subplots())
        return data_uri(figure)
