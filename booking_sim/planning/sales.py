"""Questions about the sale itself: when it ends, who is refused too early, and how long a hold should last."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from booking_sim.durations import format_duration
from booking_sim.planning.answer import Answer, points
from booking_sim.planning.text import median, with_interval, write
from booking_sim.planning.variants import Variants, at_rate
from booking_sim.scenario.scenario import Scenario

_Change = Callable[[float], Scenario]
_RATES = (0.5, 0.75, 1.0, 1.5, 2.0)
_HOLDS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
_FLAT = 0.01
"""By how much less may be sold for a hold to count as good as the best."""


def _by_rate(variants: Variants) -> dict[str, Any]:
    return {f"{factor:g} x": variants.spread(at_rate(variants.scenario, factor)) for factor in _RATES}


def _by_hold(variants: Variants) -> dict[str, Any]:
    holds = [variants.scenario.hold * factor for factor in _HOLDS]
    return {format_duration(hold): variants.spread(variants.scenario.replace(hold=hold)) for hold in holds}


_of_rates = partial(Answer, varied="rate of arrivals, as a multiple of the scenario's")
_of_holds = partial(Answer, varied="length of a hold")


def first_refusal(variants: Variants) -> Answer:
    """When the first buyer is refused."""
    return _of_rates(
        name="first_refusal",
        question="When is the first buyer refused?",
        sentence=f"First refusal after the start: {with_interval(variants.spread(), 'sold_out_after_s')}.",
        points=points(_by_rate(variants), "sold_out_after_s"),
        metric="first refusal, s",
        better="later is better",
    )


def last_sale(variants: Variants) -> Answer:
    """When the last ticket is paid for, and what is unsold when the arrivals end."""
    spread = variants.spread()
    return _of_rates(
        name="last_sale",
        question="When is the last ticket paid for, and how many are unsold when the arrivals end?",
        sentence=(
            f"Last ticket paid for: {with_interval(spread, 'last_paid_s')}; unsold when the arrivals end:"
            f" {with_interval(spread, 'unsold_at_last_arrival')} of {median(spread, 'tickets'):,.0f}, and at the end"
            f" {with_interval(spread, 'unsold')}."
        ),
        points=points(_by_rate(variants), "unsold_at_last_arrival"),
        metric="unsold when the arrivals end",
    )


def refused_early(variants: Variants) -> Answer:
    """People who were refused before a returned ticket was sold."""
    return _of_holds(
        name="refused_early",
        question="How many people are refused before a returned ticket is sold?",
        sentence=(
            "Refused for good before the last returned ticket was paid for:"
            f" {with_interval(variants.spread(), 'refused_before_return')} buyers."
        ),
        points=points(_by_hold(variants), "refused_before_return"),
        metric="buyers refused too early",
    )


def unpaid_holds(variants: Variants) -> Answer:
    """What unpaid holds lock up."""
    return _of_holds(
        name="unpaid_holds",
        question="How long do holds lock tickets that are never paid for?",
        sentence=f"Unpaid holds lock {with_interval(variants.spread(), 'unpaid_ticket_minutes')} ticket-minutes.",
        points=points(_by_hold(variants), "unpaid_ticket_minutes"),
        metric="ticket-minutes in unpaid holds",
    )


def best_hold(variants: Variants) -> Answer:
    """The hold that sells the most, and how flat the optimum is."""
    by_hold = _by_hold(variants)
    sold = {label: median(spread, "tickets_sold") for label, spread in by_hold.items()}
    best = max(sold, key=lambda label: sold[label])
    good = [label for label, tickets in sold.items() if tickets >= (1 - _FLAT) * sold[best]]
    if sold[best]:
        sentence = (
            f"A hold of {best} sells the most, {with_interval(by_hold[best], 'tickets_sold')} tickets;"
            + (f" from {good[0]} to {good[-1]} it is" if len(good) > 1 else " no other that was tried is")
            + f" within {_FLAT * 100:g} % of that."
        )
    else:
        sentence = "Nobody pays in this scenario, so no length of a hold sells more than another."
    return _of_holds(
        name="best_hold",
        question="Which length of a hold sells the most tickets, and how flat is the optimum?",
        sentence=sentence,
        points=points(by_hold, "tickets_sold"),
        metric="tickets sold",
        better="higher is better",
    )


_MATTERS = {"last_paid_s": "last payment, s", "sold_out_after_s": "first refusal, s", "duration_s": "last answer, s"}
"""What is watched where the inputs change: the first of these that happens at all."""


def what_matters(variants: Variants) -> Answer:
    """Which input matters most: each is changed by 20 % both ways."""
    scenario = variants.scenario
    metric = next(name for name in _MATTERS if median(variants.spread(), name) > 0)
    changes: dict[str, _Change] = {
        "arrivals": lambda factor: at_rate(scenario, factor),
        "hold": lambda factor: scenario.replace(hold=scenario.hold * factor),
        "tickets": lambda factor: scenario.replace(tickets=max(round(scenario.tickets * factor), scenario.quantity)),
        "connections": lambda factor: scenario.replace(
            connections=max(round(scenario.connections * factor), 1), workers=1
        ),
        "who pays": lambda factor: variants.kinds(
            pays=lambda kind: min(kind.pays * factor, 1 - kind.fails - kind.late)
        ),
        "refreshes": lambda factor: variants.kinds(refreshes=lambda kind: round(kind.refreshes * factor)),
    }
    here = median(variants.spread(), metric)
    rows = []
    for label, change in changes.items():
        ends = sorted(median(variants.spread(change(factor)), metric) for factor in (0.8, 1.2))
        rows.append({"label": label, "low": ends[0], "median": here, "high": ends[1]})
    table = pd.DataFrame(rows)
    table = table.loc[(table["high"] - table["low"]).sort_values(ascending=False, kind="stable").index]
    first = table.iloc[0]
    about = _MATTERS[metric]
    return Answer(
        name="what_matters",
        question="Which input matters most?",
        sentence=(
            f"Of the inputs, '{first['label']}' matters most for the {about.removesuffix(', s')}: 20 % less and"
            f" more of it give {write(metric, first['low'])} to {write(metric, first['high'])}."
        ),
        points=table.reset_index(drop=True),
        varied="input, changed by 20 % both ways",
        metric=about,
        better="sooner is better",
        spread="with 20 % less and more",
    )
