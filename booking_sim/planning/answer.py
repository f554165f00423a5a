"""One question of a capacity planner, its answer in a sentence, and what a chart of it shows."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from booking_sim.plots.intervals import intervals

POINTS = ("label", "low", "median", "high")
"""The columns of an answer's points: what was varied, and the interval of the metric over the seeds."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Answer:
    """The answer to one question.

    Attributes:
        name: Its name, in one word.
        question: The question.
        sentence: The answer, with its interval.
        points: One row per variant that was forecast: POINTS.
        varied: What differs between them: the label of the horizontal axis.
        metric: What the interval is of: the label of the vertical axis.
        better: Which side of it is better.
        spread: What the interval is.
        extrapolated: Whether it is outside of what was measured by construction.
    """

    name: str
    question: str
    sentence: str
    points: pd.DataFrame
    varied: str
    metric: str
    better: str = "lower is better"
    spread: str = "where nine of ten seeds lie"
    extrapolated: bool = False

    @property
    def title(self) -> str:
        """The sentence; it begins with a mark if the answer is extrapolated."""
        return f"EXTRAPOLATED: {self.sentence}" if self.extrapolated else self.sentence

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the interval of the metric for each variant.

        Args:
            ax: Where to draw; a new figure if None.

        Returns:
            The axes.
        """
        return intervals(
            self.points,
            varied=self.varied,
            metric=self.metric,
            better=self.better,
            spread=self.spread,
            title=self.title,
            ax=ax,
        )


def points(rows: dict[str, Any], metric: str) -> pd.DataFrame:
    """The points of an answer.

    Args:
        rows: By label, what `Forecast.spread` gave.
        metric: Which of its metrics.

    Returns:
        One row per label: POINTS.
    """
    found = [[label, *spread.loc[metric, ["low", "median", "high"]]] for label, spread in rows.items()]
    return pd.DataFrame(found, columns=[*POINTS])
