"""What buyers got, and when: attempts -> frames."""

import numpy as np
import pandas as pd

from booking_sim.attempts import OUTCOMES

_NICE = (1, 2, 5)


def last_words(attempts: pd.DataFrame) -> pd.Series:
    """Each buyer's last word.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.

    Returns:
        The outcome of each buyer's last attempt, by buyer. A buyer who made none is not there.
    """
    return attempts.sort_values("attempt", kind="stable").groupby("buyer")["outcome"].last()


def rate_over_time(attempts: pd.DataFrame, bins: int = 50) -> pd.DataFrame:
    """Attempts a second, by outcome, over the run.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power of ten.

    Returns:
        One row a bin: its start in seconds as the index, a column for each outcome, in attempts a second. An attempt
        counts when it was answered.
    """
    answered_at = answer_times(attempts).to_numpy()
    width = nice_width(answered_at.max(initial=0.0), bins)
    bin_of = (answered_at / width).astype(int)
    counts = pd.crosstab(pd.Series(bin_of, name="seconds"), attempts["outcome"].to_numpy())
    every_bin = range(bin_of.max(initial=0) + 1)
    rates = counts.reindex(index=every_bin, columns=list(OUTCOMES), fill_value=0) / width
    return rates.set_axis(pd.Index(np.asarray(every_bin) * width, name="seconds"))


def answer_times(attempts: pd.DataFrame) -> pd.Series:
    """When each attempt was answered, in seconds since the start of the run."""
    return attempts["sent_at"] + attempts["latency_ms"] / 1000


def sold_twice(attempts: pd.DataFrame, hold_s: float) -> int:
    """Count the tickets that two buyers were told they held at the same time.

    Args:
        attempts: One row an attempt, as SurgeResult.attempts.
        hold_s: How long each hold lasts, in seconds.

    Returns:
        Holds that began before the one before them, of the same ticket, was over; by the database's clock.
    """
    held = attempts[attempts["outcome"] == "held"].drop_duplicates("intent_id")
    holds = held[["ticket_nos", "hold_expires_at"]].explode("ticket_nos").sort_values("hold_expires_at")
    ended_before = holds.groupby("ticket_nos")["hold_expires_at"].shift()
    began_at = holds["hold_expires_at"] - pd.Timedelta(seconds=hold_s)
    return int((began_at < ended_before).sum())


def nice_width(length: float, bins: int) -> float:
    """The least 1, 2 or 5 times a power of ten that covers a length in so many bins."""
    least = max(length, 1e-9) / bins
    magnitude = 10.0 ** np.floor(np.log10(least))
    return float(next(nice * magnitude for nice in (*_NICE, 10) if nice * magnitude >= least))
