"""Questions about who comes: bots, and people who ask again."""

import attrs
import pandas as pd

from booking_sim.planning.answer import Answer, points
from booking_sim.planning.text import median, with_interval
from booking_sim.planning.variants import Variants, bots_of
from booking_sim.scenario.kinds import BuyerKind
from booking_sim.scenario.scenario import Scenario

_BOT_SHARES = (0.02, 0.05, 0.1, 0.2, 0.4)
_REFRESHES = (0, 1, 3, 10, 30)
_BOT = BuyerKind(at_once=5)
"""A bot where the scenario has none."""


def bots(variants: Variants) -> Answer:
    """What bots take from people."""
    scenario = variants.scenario
    own = bots_of(scenario.kinds)
    by_share = {}
    for share in _BOT_SHARES:
        spread = variants.spread(_with_bots(scenario, own or {"bot": _BOT}, share))
        by_share[f"{share:.0%}"] = _taken(spread, [*(own or {"bot": _BOT})])
    if own:
        taken = _taken(variants.spread(), [*own])
        sentence = f"Bots hold tickets {with_interval(taken, 'by_bots')} times, of {_all_holds(variants)} holds."
    else:
        label = f"{_BOT_SHARES[2]:.0%}"
        sentence = (
            f"The scenario has no bots; if {label} of the buyers were bots with {_BOT.at_once} sessions each, they"
            f" would hold tickets {with_interval(by_share[label], 'by_bots')} times, of {_all_holds(variants)} holds."
        )
    return Answer(
        name="bots",
        question="What do bots take from people?",
        sentence=sentence,
        points=points(by_share, "by_bots"),
        varied="bots among the buyers",
        metric="tickets in holds of bots",
    )


def _all_holds(variants: Variants) -> str:
    return f"{median(variants.spread(), 'tickets_held'):,.0f}"


def _with_bots(scenario: Scenario, own: dict[str, BuyerKind], share: float) -> Scenario:
    """The scenario with a share of bots among its buyers."""
    people = {name: kind for name, kind in scenario.kinds.items() if name not in own}
    all_people, all_bots = (sum(kind.share for kind in kinds.values()) or 1.0 for kinds in (people, own))
    kinds = {name: attrs.evolve(kind, share=kind.share / all_people * (1 - share)) for name, kind in people.items()}
    kinds |= {name: attrs.evolve(kind, share=kind.share / all_bots * share) for name, kind in own.items()}
    return scenario.replace(kinds=kinds)


def _taken(spread: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The tickets in holds of some kinds, added up; the interval is that of the sum only if there is one kind."""
    rows = spread.loc[[f"tickets_held{{kind={name}}}" for name in names]]
    return rows.sum().to_frame("by_bots").T


def refreshers(variants: Variants) -> Answer:
    """What those cost who ask again, and from where on the load does not die out."""
    by_number = {number: variants.spread(variants.kinds(refreshes=number)) for number in _REFRESHES}
    here = variants.spread()
    bad = [number for number, spread in by_number.items() if median(spread, "p99_ms") > variants.p99_ms]
    end = (
        f"with {bad[0]} refreshes each the p99 is above the goal, {with_interval(by_number[bad[0]], 'p99_ms')}"
        if bad
        else f"with up to {_REFRESHES[-1]} refreshes each the p99 stays within the goal"
    )
    return Answer(
        name="refreshers",
        question="What do people cost who ask again, and when do retries not die out?",
        sentence=(f"{with_interval(here, 'retries')} of {with_interval(here, 'attempts')} calls are repeats; {end}."),
        points=points({f"{number}": spread for number, spread in by_number.items()}, "p99_ms"),
        varied="refreshes after 'sold out'",
        metric="p99 since the planned instant, ms",
    )
