"""What buyers got, and when: attempts -> frames."""

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
import pandas as pd

from booking_sim.records.attempts import OUTCOMES, Call
from booking_sim.stats.bins import cut, default_bins
from booking_sim.stats.requests import Pieces, whole

TIMES: Final = ("queued_at", "sent_at", "latency_ms")
"""The columns that `answer_times` needs."""

_NEVER = pd.Timestamp.max.tz_localize("UTC").floor("us")


def reserving(attempts: pd.DataFrame) -> pd.DataFrame:
    """The attempts to reserve, without those to confirm or to release."""
    return attempts[attempts["call"] == Call.RESERVE]


def final_outcomes(attempts: pd.DataFrame) -> pd.Series:
    """Each buyer's final outcome of reserving.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        The outcome of each buyer's last attempt to reserve, by buyer; buyers without an
        attempt are left out.

    Example:
        How many buyers ended in each way:

            from booking_sim import stats

            stats.final_outcomes(result.attempts).value_counts()

    See Also:
        rate_over_time: All answers over time.
        time_to_final_answer: How long it took.
    """
    return reserving(attempts).sort_values("attempt", kind="stable").groupby("buyer")["outcome"].last()


def rate_over_time(attempts: pd.DataFrame, bins: int | None = None) -> pd.DataFrame:
    """Attempts to reserve per second, by outcome, over the run.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        bins: How many bins there may be at most; their width is 1, 2 or 5 times a power
            of ten. If not given, up to 50, with 20 attempts each on average.

    Returns:
        One row per bin: its start in seconds as the index; a column for each outcome,
        in attempts per second. An attempt counts at the instant of its answer.

    Example:
        Holds per second in the best moment:

            from booking_sim import stats

            stats.rate_over_time(result.attempts)["held"].max()

    See Also:
        final_outcomes: Of each buyer, not of each attempt.
        booking_sim.plots.outcomes_over_time: The same as a picture.
    """
    return rates_in(whole(attempts), bins)


def rates_in(pieces: Pieces, bins: int | None = None) -> pd.DataFrame:
    """The same of attempts that are given a piece at a time."""
    last, number = 0.0, 0
    for asked in _asked(pieces):
        last, number = max(last, asked["answered_at"].max()), number + len(asked)
    cuts = cut([last], default_bins(bins, 50, number, 20))
    counts = np.zeros((len(cuts.starts), len(OUTCOMES)), dtype=int)
    for asked in _asked(pieces):
        cell = cuts.of(asked["answered_at"]) * len(OUTCOMES) + asked["code"].to_numpy()
        counts += np.bincount(cell, minlength=counts.size).reshape(counts.shape)
    return pd.DataFrame(counts / cuts.width, index=cuts.starts, columns=[*OUTCOMES])


def answers_in(pieces: Pieces) -> pd.DataFrame:
    """Count the attempts to reserve by outcome.

    Args:
        pieces: Gives the columns of the attempts, a piece at a time.

    Returns:
        One row per outcome, of OUTCOMES: the `count`, and when the `first` was answered, in seconds since the start;
        not a number if there is none.
    """
    parts = [asked.groupby("code")["answered_at"].agg(["size", "min"]) for asked in _asked(pieces)]
    found = pd.concat(parts).groupby(level=0).agg({"size": "sum", "min": "min"}).reindex(range(len(OUTCOMES)))
    count = found["size"].fillna(0).astype(int)
    return pd.DataFrame({"count": count, "first": found["min"]}).set_axis([*OUTCOMES])


def _asked(pieces: Pieces) -> Iterator[pd.DataFrame]:
    """When each attempt to reserve was answered, `answered_at`, and its outcome, by its place in OUTCOMES, `code`."""
    for piece in pieces("call", "outcome", *TIMES):
        asked = piece["call"] == Call.RESERVE
        code = pd.Index(OUTCOMES).get_indexer(pd.Index(piece.loc[asked, "outcome"])).astype(np.int8)
        yield pd.DataFrame({"answered_at": answer_times(piece)[asked].to_numpy(), "code": code})


def answer_times(attempts: pd.DataFrame) -> pd.Series:
    """When each attempt was answered, in seconds since the start; if it was never sent, when it was requested."""
    return (attempts["sent_at"] + attempts["latency_ms"] / 1000).fillna(attempts["queued_at"])


def sold(attempts: pd.DataFrame) -> pd.Series:
    """Find the attempts whose answer is a sale.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.

    Returns:
        Whether each is `confirmed`, or `already_confirmed` where a payment was repeated:
        then it is the sale whose first answer was lost.
    """
    found_again = (attempts["outcome"] == "already_confirmed") & attempts["repeats"].notna()
    return (attempts["outcome"] == "confirmed") | found_again


def count_oversold(attempts: pd.DataFrame, hold_s: float, without: Collection[int] = ()) -> int:
    """Count the holds of a ticket that another buyer still had, by the answers that the buyers received.

    Args:
        attempts: One row per attempt, as SurgeResult.attempts.
        hold_s: How long each hold lasts, in seconds.
        without: Intents whose hold can have ended at any time, beside those below.

    Returns:
        The holds that began before an earlier hold of the same ticket ended, by the
        database's clock. A confirmed hold never ends. A hold whose buyer called release
        can have ended at any time, and is not counted.
    """
    given_back = attempts.loc[attempts["call"] == Call.RELEASE, "intent_id"]
    paid = attempts.loc[sold(attempts), "intent_id"]
    is_sure = ~attempts["intent_id"].isin(given_back) & ~attempts["intent_id"].isin(without)
    held = attempts[(attempts["outcome"] == "held") & is_sure]
    holds = held.drop_duplicates("intent_id")[["intent_id", "event", "ticket_nos", "hold_expires_at"]]
    holds["began_at"] = holds["hold_expires_at"] - pd.Timedelta(seconds=hold_s)
    holds["over_at"] = holds["hold_expires_at"].mask(holds["intent_id"].isin(paid), _NEVER)
    tickets = holds.explode("ticket_nos").sort_values("began_at")
    ticket = [tickets["event"], tickets["ticket_nos"]]
    over_before = tickets["over_at"].groupby(ticket).cummax().groupby(ticket).shift()
    return int((tickets["began_at"] < over_before).sum())
