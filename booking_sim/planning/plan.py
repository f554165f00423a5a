"""`plan`: the answers to a capacity planner's twelve questions, from forecasts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Unpack

import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure

from booking_sim.display.templates import render
from booking_sim.errors import SettingError
from booking_sim.forecasting.server_model import ServerModel, find_model
from booking_sim.planning import buyers, capacity, sales
from booking_sim.planning.answer import Answer
from booking_sim.planning.variants import Variants
from booking_sim.plots.style import DARK, STYLE
from booking_sim.report.pictures import data_uri
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario, ScenarioSettings
from booking_sim.validation import suggest

QUESTIONS: Final[dict[str, Callable[[Variants], Answer]]] = {
    "first_refusal": sales.first_refusal,
    "last_sale": sales.last_sale,
    "refused_early": sales.refused_early,
    "unpaid_holds": sales.unpaid_holds,
    "best_hold": sales.best_hold,
    "fewest_connections": capacity.fewest_connections,
    "cores_needed": capacity.cores_needed,
    "greatest_rate": capacity.greatest_rate,
    "waiting_room": capacity.waiting_room,
    "bots": buyers.bots,
    "refreshers": buyers.refreshers,
    "what_matters": sales.what_matters,
}
"""By name, in the order of the page."""
SEEDS: Final = 5
P99_MS: Final = 500.0


@dataclass(frozen=True, eq=False)
class Plan:
    """Answers to a capacity planner's questions about one scenario.

    Attributes:
        scenario: What was planned.
        model: The model of the server.
        answers: One for each question.
        outside: In what the scenario lies outside the calibrated range, a line each.
        seeds: How many seeds each forecast has.
    """

    scenario: Scenario
    model: ServerModel
    answers: Sequence[Answer]
    outside: Sequence[str]
    seeds: int

    @property
    def headline(self) -> str:
        """That these are forecasts, of which server, and how far outside the calibrated range."""
        where = (
            f"OUTSIDE the calibrated range: {'; '.join(self.outside)}"
            if self.outside
            else "NOT calibrated"
            if self.model.manifest.get("made_up")
            else "inside the calibrated range"
        )
        return f"Forecasts for {self.model.name} ({where}), {self.seeds} seeds each"

    def to_frame(self) -> pd.DataFrame:
        """The answers as a frame.

        Returns:
            One row per question, by its name: `question`, `answer`, and whether it is
            `extrapolated`.
        """
        rows = [(one.name, one.question, one.sentence, one.extrapolated) for one in self.answers]
        return pd.DataFrame(rows, columns=["name", "question", "answer", "extrapolated"]).set_index("name")

    def page(self) -> str:
        """Write the answers as one HTML page that needs nothing beside it: a sentence and a chart each."""
        pictures = [(answer, *map(partial(_picture, answer), ([STYLE], [STYLE, DARK]))) for answer in self.answers]
        return render("planning/page.html", headline=self.headline, pictures=pictures)

    def __repr__(self) -> str:
        return f"<Plan: {self.headline}>"


def plan(
    scenario: Scenario | str | Path | None = None,
    *,
    server: ServerModel | str | Path | None = None,
    seeds: int = SEEDS,
    p99_ms: float = P99_MS,
    questions: Sequence[str] = tuple(QUESTIONS),
    **settings: Unpack[ScenarioSettings],
) -> Plan:
    """Answer a capacity planner's questions about a scenario, from forecasts of it and of variants.

    A scenario with a time scale is planned at its real pace.

    Args:
        scenario: What to plan: a Scenario, the name of a ready one, or a path.
        server: The model of the server, or the file that `ServerModel.save` wrote.
        seeds: How many seeds each forecast has; the intervals are over them, and over
            the spread of the calibration.
        p99_ms: The p99 since the planned instant that is good enough.
        questions: Which questions, by name; all if not given.
        **settings: Settings of Scenario by name; they override those of `scenario`.

    Returns:
        The answers.

    Raises:
        BookingSimError: A setting is invalid, a question is unknown, or the model was
            calibrated with another strategy or version.

    Example:
        All answers, and one of them:

            from booking_sim import ServerModel, plan

            answers = plan("club_gig", server=ServerModel.exponential(5))
            answers.to_frame().loc["best_hold", "answer"]
    """
    for name in questions:
        if name not in QUESTIONS:
            raise SettingError(f"Question {name!r} is unknown: {suggest(name, QUESTIONS)}")
    chosen, model = make_scenario(scenario, settings).replace(time_scale=1), find_model(server)
    variants = Variants(scenario=chosen, model=model, seeds=seeds, p99_ms=p99_ms)
    answers = [QUESTIONS[name](variants) for name in questions]
    return Plan(chosen, model, answers, model.outside(chosen), seeds)


def _picture(answer: Answer, styles: Sequence[Path]) -> str:
    """What an answer varied, as the address of a picture; "" if it varied nothing."""
    if answer.points.empty:
        return ""
    with style.context(styles):
        figure = Figure(figsize=(7, 3.6), layout="constrained")
        answer.draw(figure.subplots()).set_title("", loc="left")  # the page says it, over the picture
        return data_uri(figure)


def as_text(found: Plan) -> str:
    """The answers as lines for a terminal."""
    lines = [f"{found.headline}.", ""]
    for answer in found.answers:
        lines += [f"{answer.question}", f"  {answer.title}"]
    return "\n".join(lines)
