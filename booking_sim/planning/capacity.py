"""Questions about the machine: connections, cores, the greatest rate, and a waiting room before it."""

import numpy as np

from booking_sim.forecasting.inputs import WaitingRoom
from booking_sim.planning.answer import Answer, points
from booking_sim.planning.text import median, with_interval, write
from booking_sim.planning.variants import Variants, at_rate

_CONNECTIONS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
_CORES = (0.5, 1.0, 2.0, 4.0)
_RATES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0)
_ADMITTED = (0.25, 0.5, 0.75, 1.0, 1.5)
_PLACES = (0.1, 0.5, 0.9)


def fewest_connections(variants: Variants) -> Answer:
    """The fewest connections for the p99 that is wanted, and from where more connections hurt."""
    scenario = variants.scenario
    numbers = sorted({max(round(scenario.connections * factor), 1) for factor in _CONNECTIONS})
    by_number = {number: variants.spread(scenario.replace(connections=number, workers=1)) for number in numbers}
    enough = [number for number, spread in by_number.items() if median(spread, "p99_ms") <= variants.p99_ms]
    best = min(numbers, key=lambda number: median(by_number[number], "p99_ms"))
    goal = write("p99_ms", variants.p99_ms)
    first = (
        f"connections={enough[0]} is enough for a p99 of {goal}: {with_interval(by_number[enough[0]], 'p99_ms')}"
        if enough
        else f"No number of connections up to {numbers[-1]} gives a p99 of {goal}"
    )
    return Answer(
        name="fewest_connections",
        question=f"How few connections are enough for a p99 of {goal}, and where do more hurt?",
        sentence=f"{first}; the least p99 is that of connections={best}, {with_interval(by_number[best], 'p99_ms')}.",
        points=points({f"{number:,}": spread for number, spread in by_number.items()}, "p99_ms"),
        varied="connections",
        metric="p99 since the planned instant, ms",
    )


def cores_needed(variants: Variants) -> Answer:
    """How many cores the p99 needs: an extrapolation."""
    goal = write("p99_ms", variants.p99_ms)
    question = f"How many cores does a p99 of {goal} need?"
    measured = variants.model.manifest.get("machine", {}).get("cpus")
    if not measured:
        return Answer(
            name="cores_needed",
            question=question,
            sentence="The model does not say on how many cores it was measured.",
            points=points({}, "p99_ms"),
            varied="cores",
            metric="p99 since the planned instant, ms",
            extrapolated=True,
        )
    cores = [measured * factor for factor in _CORES]
    by_cores = {number: variants.spread(model=variants.model.scaled(cores=number)) for number in cores}
    enough = [number for number, spread in by_cores.items() if median(spread, "p99_ms") <= variants.p99_ms]
    return Answer(
        name="cores_needed",
        question=question,
        sentence=(
            f"{enough[0]:g} cores instead of {measured} give a p99 of {with_interval(by_cores[enough[0]], 'p99_ms')}."
            if enough
            else f"Even {cores[-1]:g} cores instead of {measured} give a p99 of"
            f" {with_interval(by_cores[cores[-1]], 'p99_ms')}."
        ),
        points=points({f"{number:g}": spread for number, spread in by_cores.items()}, "p99_ms"),
        varied="cores",
        metric="p99 since the planned instant, ms",
        extrapolated=True,
    )


def greatest_rate(variants: Variants) -> Answer:
    """How much faster people may come before the p99 is too high."""
    by_rate = {factor: variants.spread(at_rate(variants.scenario, factor)) for factor in _RATES}
    goal = write("p99_ms", variants.p99_ms)
    good = [factor for factor, spread in by_rate.items() if median(spread, "p99_ms") <= variants.p99_ms]
    return Answer(
        name="greatest_rate",
        question=f"How fast may people come for a p99 of {goal}, and how large is the margin?",
        sentence=(
            f"People may come {'at least ' if good[-1] == _RATES[-1] else ''}{good[-1]:g} times as fast"
            f" as in the scenario: p99 {with_interval(by_rate[good[-1]], 'p99_ms')}."
            if good
            else f"Even at {_RATES[0]:g} times the rate the p99 is above {goal}:"
            f" {with_interval(by_rate[_RATES[0]], 'p99_ms')}."
        ),
        points=points({f"{factor:g} x": spread for factor, spread in by_rate.items()}, "p99_ms"),
        varied="rate of arrivals, as a multiple of the scenario's",
        metric="p99 since the planned instant, ms",
    )


def waiting_room(variants: Variants) -> Answer:
    """Which admission rate a waiting room should have."""
    scenario, question = variants.scenario, "Which rate should a waiting room admit people at?"
    if scenario.schedule is None:
        return Answer(
            name="waiting_room",
            question=question,
            sentence="The scenario has no arrivals, so there is nobody for a waiting room to hold back.",
            points=points({}, "p99_database_ms"),
            varied="buyers admitted per second",
            metric="p99 in the database, ms",
        )
    capacity = float(variants.model.throughput(scenario.connections))
    rates = [capacity * share for share in _ADMITTED]
    by_rate = {rate: variants.spread(admit=rate) for rate in rates}
    good = [rate for rate, spread in by_rate.items() if median(spread, "waited_ms") <= variants.p99_ms] or rates[:1]
    chosen = good[-1]
    planned = scenario.schedule.times
    waits = np.sort(WaitingRoom(rate=chosen).admit(planned) - planned)
    places = ", ".join(
        f"{share * 100:g} % at most {write('wait_s', float(np.quantile(waits, share)))}" for share in _PLACES
    )
    spread = by_rate[chosen]
    return Answer(
        name="waiting_room",
        question=question,
        sentence=(
            f"Admit {chosen:,.0f} buyers per second: p99 in the database {with_interval(spread, 'p99_database_ms')},"
            f" unsold {with_interval(spread, 'unsold')}; in the room wait {places}."
        ),
        points=points({f"{rate:,.0f}": spread for rate, spread in by_rate.items()}, "p99_database_ms"),
        varied="buyers admitted per second",
        metric="p99 in the database, ms",
    )
