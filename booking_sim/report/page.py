"""A result as one page to send: the answer first, then the pictures, then what was simulated and on what."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.display.templates import render
from booking_sim.notebook.scenario_table import settings
from booking_sim.plots.events import events_text
from booking_sim.plots.panel import Panel
from booking_sim.plots.panels import draw_panel, end_of_run, panels
from booking_sim.plots.style import DARK, STYLE
from booking_sim.report.buyers import buyer_table
from booking_sim.report.kpi import kpis
from booking_sim.report.pictures import data_uri
from booking_sim.report.run_warnings import run_warnings
from booking_sim.result.result import SurgeResult
from booking_sim.stats.metrics import METRICS
from booking_sim.stats.sessions import limited_by

_INCHES = (4.9, 3.6)
"""Small, so that the letters are still readable where the page is as narrow as a phone."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the page, on a light background and on a dark one."""

    title: str
    caption: str
    alternative: str
    light: str
    dark: str


def page(result: SurgeResult) -> str:
    """Write a result as an HTML page that needs nothing beside it, and no network.

    Args:
        result: A run, as `surge` or `load` gives it.
    """
    manifest = result.manifest
    return render(
        "report/page.html",
        headline=result.headline,
        warnings=run_warnings(result),
        began=datetime.fromisoformat(manifest.started_at),
        kpis=kpis(result.summary()),
        pictures=pictures(*result.drawn(), events=result.events),
        events=events_text(result.events),
        scenario=settings(result.scenario),
        buyers=buyer_table(result),
        bottleneck=_limited_by(result),
        unseen=manifest.observer.problems,
        rules=result.audit.to_dict("records"),
        metrics=[(name, result.summary()[name], meaning) for name, meaning in METRICS.items()],
        server=manifest.environment.server,
        machine=manifest.environment.machine,
        versions=manifest.environment.versions,
        git=manifest.environment.git,
    )


def _limited_by(result: SurgeResult) -> str:
    named = limited_by(result.manifest.generator.bottleneck, result.sessions, result.waits)
    return f"What kept it from being faster: {named}." if named else "Nothing was sent."


def pictures(
    attempts: pd.DataFrame,
    holds: pd.DataFrame,
    inventory: pd.DataFrame,
    waits: pd.DataFrame,
    server: pd.DataFrame,
    *,
    events: pd.DataFrame | None = None,
) -> list[Picture]:
    """Draw everything that these frames of a result have to show, each panel as a picture of its own."""
    draw = partial(_drawn, end=end_of_run(attempts), events=events)
    drawn = []
    for panel in panels(attempts, holds, inventory, waits, server):
        description = panel.describe()
        drawn.append(Picture(panel.title, description.caption, description.alternative, draw(panel), draw(panel, DARK)))
    return drawn


def _drawn(panel: Panel, *overlay: Path, end: float, events: pd.DataFrame | None) -> str:
    with style.context([STYLE, *overlay]):
        figure = Figure(figsize=_INCHES, layout="constrained")
        draw_panel(panel, end, figure.subplots(), events).set_title(
            "", loc="left"
        )  # the page says it, over the picture
        return data_uri(figure)
