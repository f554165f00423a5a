"""What each picture shows, in words and measured numbers: under it for everybody, and for those who cannot see it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd

from booking_sim.plots.skip_depth import PASSED_LABELS
from booking_sim.plots.style import OUTCOME_LABELS, STATUS_COLOURS, STATUS_LABELS
from booking_sim.records.attempts import OUTCOMES
from booking_sim.records.holds import ENDS
from booking_sim.stats import contention, survival
from booking_sim.stats.arrivals import planned_and_sent
from booking_sim.stats.latency import percentiles, percentiles_over_time
from booking_sim.stats.outcomes import answer_times, rate_over_time, reserving
from booking_sim.stats.server import apart, processors
from booking_sim.stats.skipped import skip_depth

if TYPE_CHECKING:
    from booking_sim.result.result import SurgeResult

_NAMED = 5
"""Wait events that are read out."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a picture says.

    Attributes:
        caption: The finding, for a line under the picture.
        alternative: What is drawn, and the numbers, for who cannot see it.
    """

    caption: str
    alternative: str


def words(title: str, result: "SurgeResult") -> Words:
    """Say what a picture shows.

    Args:
        title: The picture's, one of `booking_sim.plots.panels.panels`.
        result: What it is drawn of.
    """
    return _WORDS[title](result)


def _outcomes(result: "SurgeResult") -> Words:
    asked = reserving(result.attempts)
    times = answer_times(asked).groupby(asked["outcome"].astype(str)).agg(["size", "min", "max"])
    told = [
        f"{row['size']:,.0f} {OUTCOME_LABELS[outcome]} (from {row['min']:,.3g} to {row['max']:,.3g} s)"
        for outcome, row in times.reindex(list(OUTCOMES)).dropna().iterrows()
        if isinstance(outcome, str)
    ]
    peak = rate_over_time(result.attempts).sum(axis="columns").max()
    return Words(
        f"What callers were told, moment by moment; at the most {peak:,.0f} answers a second.",
        f"Stacked bars of the answers a second over the run, by outcome: {', '.join(told)}.",
    )


def _inventory(result: "SurgeResult") -> Words:
    counts = result.inventory
    last = counts.iloc[-1]
    end = ", ".join(f"{last[status]:,.0f} {STATUS_LABELS[status]}" for status in STATUS_COLOURS)
    end += f", and {last['oversold']:,.0f} promised twice" * bool(last["oversold"])
    fewest = counts.iloc[int(counts["available"].argmin())]
    return Words(
        f"At the end: {end}.",
        f"Stacked areas of the tickets by status, at {len(counts):,} moments over {last['seconds']:,.3g} s. The"
        f" fewest available were {fewest['available']:,.0f}, first seen after {fewest['seconds']:,.3g} s. At the end:"
        f" {end}.",
    )


def _latency_over_time(result: "SurgeResult") -> Words:
    rows = percentiles_over_time(result.attempts).dropna()
    if rows.empty:
        return Words("Nothing was answered.", "Empty axes: nothing was answered.")
    begins = rows[99].idxmax()
    return Words(
        f"99 of 100 answers came within {_ms(percentiles(result.attempts)[99])} over the whole run; at its"
        f" worst, from {begins:,.3g} s after the start, within {_ms(rows[99].max())}.",
        "Three lines over the run, on a logarithmic scale of milliseconds: "
        + "; ".join(f"p{each} from {_ms(rows[each].min())} to {_ms(rows[each].max())}" for each in (50, 95, 99))
        + ".",
    )


def _latency_curve(result: "SurgeResult") -> Words:
    told = {clock: percentiles(result.attempts, clock=clock) for clock in ("database", "schedule")}
    read = {
        clock: ", ".join(f"{percent} % within {_ms(latency)}" for percent, latency in values.items())
        for clock, values in told.items()
    }
    return Words(
        f"The database answered half within {_ms(told['database'][50])} and 99 of 100 within"
        f" {_ms(told['database'][99])}. Counted from when a call was planned: {_ms(told['schedule'][50])} and"
        f" {_ms(told['schedule'][99])}.",
        f"Two rising curves of the share of answers by latency. In the database: {read['database']}. Since the call was"
        f" planned: {read['schedule']}.",
    )


def _arrivals(result: "SurgeResult") -> Words:
    rates = planned_and_sent(result.attempts)
    first = result.attempts[result.attempts["attempt"] == 1]
    late = (first["sent_at"] - first["scheduled_at"]).dropna() * 1000
    peaks = f"at most {rates['planned'].max():,.0f} a second were planned and {rates['sent'].max():,.0f} sent"
    return Words(
        f"Of the first calls {peaks}; half were sent within {_ms(late.median())} of their moment.",
        f"Outline of the planned first calls a second, filled with those that were sent: {peaks}.",
    )


def _skipped(result: "SurgeResult") -> Words:
    depth = skip_depth(result.attempts)
    told = ", ".join(f"{depth[name]:,.3g} {label}" for name, label in PASSED_LABELS.items() if not isnan(depth[name]))
    of = f"of {depth['holds']:,.0f} calls that were measured and got tickets"
    return Words(
        f"To take a ticket, a call walked past others: {told}, on average {of}.",
        f"Stacked bars of the tickets walked past for each one taken, over the run. On average {of}: {told}.",
    )


def _waits(result: "SurgeResult") -> Words:
    means = contention.wait_profile(result.waits).mean().sort_values(ascending=False)
    told = [
        f"{clients:,.1f} {'running' if kind == contention.RUNNING else f'waiting for {kind}: {event}'}"
        for kind, event, clients in means.head(_NAMED).reset_index().itertuples(index=False)
    ]
    waiting = means.drop(contention.RUNNING, level=0, errors="ignore").sum()
    return Words(
        f"On average {means.sum():,.1f} clients were at work, {waiting:,.1f} of them waiting.",
        f"Stacked bars of the clients at work over the run, by what they waited for. On average: {', '.join(told)}.",
    )


def _blocking(result: "SurgeResult") -> Words:
    pairs = contention.blocking(result.waits)
    if pairs.empty:
        return Words("Nobody was seen waiting for another session.", "Nobody was seen waiting for another session.")
    by_blocker = pairs.groupby("blocker")["blocked"].nunique()
    told = (
        f"Sessions that waited: {pairs['blocked'].nunique():,}; that they waited for: {by_blocker.size:,};"
        f" at most {by_blocker.max():,} waited for the same one"
    )
    return Words(
        f"{told}.", f"A grid with a row for each session that blocked and a column for each that waited. {told}."
    )


def _processors(result: "SurgeResult") -> Words:
    used = processors(result.server)
    lasted = apart(result.server)["seconds"].diff().iloc[1:].to_numpy()
    told = ", ".join(f"{(part * lasted).sum() / lasted.sum():,.2g} by the {name}" for name, part in used.items())
    cpus = result.manifest.environment.machine["cpus"]
    return Words(
        f"Of the {cpus} processors here, on average: {told}.",
        f"Stacked steps of the processors in use over the run. On average, of {cpus}: {told}.",
    )


def _survival(result: "SurgeResult") -> Words:
    holds = result.holds
    ends = holds["end"].value_counts()
    told = ", ".join(f"{ends[end]:,} {end}" for end in ENDS if ends[end])
    length = (holds["deadline"] - holds["held_at"]).median()
    half = _half(survival.hold_survival(holds, _until(result)), "age_s")
    return Words(
        f"Of {len(holds):,} holds with {length:,.3g} s to pay: {told}.",
        "A curve that steps down from 100 %: the share of holds that expiry has not taken back, by age, with its 95 %"
        f" interval. {half} Of all holds: {told}. The deadline is at {length:,.3g} s.",
    )


def _delay(result: "SurgeResult") -> Words:
    rows = survival.expiry_delay(result.holds, _until(result))
    overdue, expired = int(rows["at_risk"].max()), int(rows["expired"].sum())
    told = f"{overdue:,} holds passed their deadline unpaid; {expired:,} were taken back."
    return Words(
        told,
        "A curve that steps down from 100 %: the share of overdue holds that nobody has taken back yet, by how long"
        f" they are overdue. {told} {_half(rows, 'overdue_s')}",
    )


def _until(result: "SurgeResult") -> float:
    return float(result.inventory["seconds"].iloc[-1])


def _half(rows: pd.DataFrame, time: str) -> str:
    below = rows.loc[rows["share"] <= 0.5, time]
    return "It stays above one half." if below.empty else f"It falls to one half at {below.iloc[0]:,.3g} s."


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:,.0f} ms" if milliseconds >= 100 else f"{milliseconds:,.3g} ms"


_WORDS: dict[str, Callable[["SurgeResult"], Words]] = {
    "Who got what": _outcomes,
    "The hall": _inventory,
    "How long answers took": _latency_over_time,
    "How many were answered within": _latency_curve,
    "Tickets walked past": _skipped,
    "Arrivals": _arrivals,
    "What clients waited for": _waits,
    "Who waited for whom": _blocking,
    "Who used the processors": _processors,
    "How long holds lasted": _survival,
    "How soon overdue holds were taken back": _delay,
}
