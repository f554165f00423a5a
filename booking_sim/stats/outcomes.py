"""What buyers got, and when: attempts -> frames."""

import pandas as pd

from booking_sim.records.attempts import OUTCOMES, Call
from booking_sim.stats.bins import cut, fair

_NEVER = pd.Timestamp.max.tz_localize("UTC").floor("us")


def reserving(attempts: pd.DataFrame) -> pd.DataFrame:
    """The attempts to reserve, without those to pay or to give back."""
    return attempts[attempts["call"] == Call.RESERVE]


def last_words(attempts: pd.DataFrame) -> pd.Series:
    """Each buyer's last word about a reservation.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        The outcome of each buyer's last attempt to reserve, by buyer. A buyer who made
        none is not there.
    """
    return reserving(attempts).sort_values("attempt", kind="stable").groupby("buyer")["outcome"].last()


def rate_over_time(attempts: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """Attempts to reserve a second, by outcome, over the run.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 50, with 20 attempts each on average.

    Returns:
        One row a bin: its start in seconds as the index, a column for each outcome, in
        attempts a second. An attempt counts when it was answered.
    """
    asked = reserving(attempts)
    bin_of, starts = cut(answer_times(asked), fair(bins, 50, len(asked), 20))
    counts = pd.crosstab(pd.Series(bin_of, name="seconds"), asked["outcome"].to_numpy())
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    rates = counts.reindex(index=range(len(starts)), columns=list(OUTCOMES), fill_value=0) / width
    return rates.set_axis(starts)


def answer_times(attempts: pd.DataFrame) -> pd.Series:
    """When each attempt was answered, in seconds since the start; of a call that was never sent, when it was wanted."""
    return (attempts["sent_at"] + attempts["latency_ms"] / 1000).fillna(attempts["queued_at"])


def sold_twice(attempts: pd.DataFrame, hold_s: float) -> int:
    """Count the tickets that two buyers were told they had at the same time.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        hold_s: How long each hold lasts, in seconds.

    Returns:
        Holds that began while another of the same ticket was not over, by the
        database's clock. A hold that was paid for is never over; one that its buyer
        wanted to give back can be over at any time, and is not counted.
    """
    given_back = attempts.loc[attempts["call"] == Call.RELEASE, "intent_id"]
    paid = attempts.loc[attempts["outcome"] == "confirmed", "intent_id"]
    held = attempts[(attempts["outcome"] == "held") & ~attempts["intent_id"].isin(given_back)]
    holds = held.drop_duplicates("intent_id")[["intent_id", "event", "ticket_nos", "hold_expires_at"]]
    holds["began_at"] = holds["hold_expires_at"] - pd.Timedelta(seconds=hold_s)
    holds["over_at"] = holds["hold_expires_at"].mask(holds["intent_id"].isin(paid), _NEVER)
    tickets = holds.explode("ticket_nos").sort_values("began_at")
    ticket = [tickets["event"], tickets["ticket_nos"]]
    over_before = tickets["over_at"].groupby(ticket).cummax().groupby(ticket).shift()
    return int((tickets["began_at"] < over_before).sum())
