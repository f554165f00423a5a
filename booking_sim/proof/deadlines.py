"""Whether deadlines were kept: no sale after one, and no hold that ended before."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.clocks import Clocks, windows
from booking_sim.proof.finding import UNRECORDED, Finding, Wrong, judge
from booking_sim.records.attempts import Call


def no_late_sales(clocks: Clocks) -> Finding:
    """No sale after its deadline: by the tables, and by when its payment was sent."""
    history = clocks.history
    sold = (history.holds["end"] == "confirmed").to_numpy()
    rows = history.holds[sold]
    sent, _ = windows(history, Call.CONFIRM, "confirmed", "already_confirmed")
    late = clocks.earliest(sent[sold]) >= rows["deadline"].to_numpy()
    wrong: list[Wrong] = [
        (rows["ended_at"] >= rows["deadline"], "it was sold after its deadline"),
        (late, "its payment was sent after its deadline"),
    ]
    return judge("no_late_sales", rows.reset_index(), wrong, **clocks.doubt(len(rows)))


def live_holds_sell(clocks: Clocks) -> Finding:
    """No live hold is refused: `expired` is answered after its deadline only, and never of one sold or released."""
    history = clocks.history
    refused = history.answers(Call.CONFIRM, "expired") | history.answers(Call.RELEASE, "expired")
    calls = history.calls[refused]
    deadline, end = _column(clocks, refused, "deadline"), _column(clocks, refused, "end")
    wrong: list[Wrong] = [
        (clocks.latest(calls["answered"].to_numpy()) < deadline.to_numpy(np.float64), "the deadline had not passed"),
        (end.isin(["confirmed", "released"]), "the tables say that it was confirmed or released in time"),
    ]
    return judge("live_holds_sell", calls, wrong, **clocks.doubt(len(calls)))


def no_early_ends(clocks: Clocks) -> Finding:
    """No hold ends before its deadline, unless its buyer released or confirmed it."""
    history = clocks.history
    rows = history.holds
    sent, _ = windows(history, Call.RELEASE, "released", "already_released")
    early = (rows["end"] == "expired") & (rows["ended_at"] < rows["deadline"])
    unasked = (rows["end"] == "released") & (
        rows["ended_at"].to_numpy() < clocks.earliest(np.where(np.isnan(sent), -np.inf, sent))
    )
    wrong: list[Wrong] = [
        (early, "it expired before its deadline"),
        (unasked, "it was released before its buyer's release was sent"),
    ]
    doubt = clocks.doubt(len(rows), otherwise=history.hold_is_unrecorded, reason=UNRECORDED)
    return judge("no_early_ends", rows.reset_index(), wrong, **doubt)


def _column(clocks: Clocks, which: NDArray[np.bool_], name: str) -> pd.Series:
    """A column of the holds beside some calls; nothing where the hold is not in the tables."""
    history = clocks.history
    return history.holds[name].reindex(history.calls.loc[which, "intent_id"])
