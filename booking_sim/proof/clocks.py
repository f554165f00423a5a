"""How far the database's clock is ahead of the clients': bounds at every instant, from the holds and their answers.

The database read its clock while it handled the call, so the instant that it wrote lies between the call and its
answer. Each hold and each end of one thus bounds the offset; together they bound it at any instant, since two clocks
drift apart slowly. No number in this is estimated: what follows from a bound is certain.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from booking_sim.proof.finding import Finding, judge
from booking_sim.proof.history import History
from booking_sim.records.attempts import Call

DRIFT = 1e-3
"""How fast the clocks of two machines drift apart at most: each is slewed by 500 ppm at most."""
_ROUNDING_S = 1e-5
_MOST_STEPS = 3
_FIELDS = ("intent_id", "at", "until", "least", "most")

Seconds = NDArray[np.float64]


class Doubt(TypedDict):
    """What `judge` takes of rows that cannot be judged."""

    unless: NDArray[np.bool_] | None
    reason: str


@dataclass(frozen=True)
class Constraints:
    """What is known of the offset, one row for each instant in the tables of which the call is known.

    Attributes:
        intent_id: Whose instant.
        at: When its call was sent, in seconds of the client's clock; ascending.
        until: When its answer came; of a lost one, the end of the run.
        least: The least that the offset can be, in seconds.
        most: The most.
    """

    intent_id: NDArray[np.int64]
    at: Seconds
    until: Seconds
    least: Seconds
    most: Seconds

    @classmethod
    def of(cls, history: History) -> "Constraints":
        """Take them from the holds, the sales and the releases."""
        rows, until = history.holds, history.ended
        # An end at the first instant of its hold is not what the clock showed: the clock was set back.
        ended = rows["ended_at"].where(rows["ended_at"] > rows["held_at"])
        parts = [
            _constrain(rows["held_at"], *windows(history, Call.RESERVE, "held"), until),
            *(
                _constrain(ended.where(rows["end"] == end), *windows(history, call, *words), until)
                for call, end, *words in (
                    (Call.CONFIRM, "confirmed", "confirmed", "already_confirmed"),
                    (Call.RELEASE, "released", "released", "already_released"),
                )
            ),
        ]
        every = pd.concat(parts).sort_values("at", kind="stable")
        return cls(every.index.to_numpy(np.int64), *(every[name].to_numpy() for name in _FIELDS[1:]))

    def pick(self, which: NDArray[np.bool_]) -> "Constraints":
        """Some of them."""
        return Constraints(*(getattr(self, name)[which] for name in _FIELDS))

    def steps(self) -> int | None:
        """How often the clock was set, so that between two times all agree; None if that explains nothing.

        A wrong instant among right ones is not a clock step: those before it and those after it agree.
        """
        start, steps, last = 0, 0, None
        while start < len(self.at):
            apart = self._first_apart(start)
            segment = self.pick(np.arange(len(self.at)) < apart).after(start)
            if steps > _MOST_STEPS or (last is not None and last.agrees_with(segment)):
                return None
            if apart == len(self.at):
                break
            # Calls that were under way together with this one can belong to either side.
            start = int(np.searchsorted(self.at, self.until[apart], side="right"))
            last, steps = segment, steps + 1
        return steps

    def after(self, start: int) -> "Constraints":
        """Those from a row on."""
        return self.pick(np.arange(len(self.at)) >= start)

    def agrees_with(self, later: "Constraints") -> bool:
        """Whether one offset explains these and some later ones."""
        both = (np.concatenate([getattr(self, name), getattr(later, name)]) for name in _FIELDS)
        together = Constraints(*both)
        return together._first_apart(0) == len(together.at)

    def _first_apart(self, start: int) -> int:
        """The first row from one on that contradicts one before it; their number if none does."""
        at, least, most = self.at[start:], self.least[start:], self.most[start:]
        lower = np.maximum.accumulate(least + DRIFT * at) - DRIFT * at
        upper = np.minimum.accumulate(most - DRIFT * at) + DRIFT * at
        apart = np.flatnonzero(lower > upper)
        return start + int(apart[0]) if len(apart) else len(self.at)

    def agreeing(self) -> NDArray[np.bool_]:
        """Which of them allow the offset that most of them allow."""
        slack = DRIFT * (self.at - self.at[:1]) if len(self.at) else self.at
        ends = np.concatenate([self.least - slack, self.most + slack])
        order = np.argsort(ends, kind="stable")
        inside = np.cumsum(np.repeat([1, -1], len(self.at))[order])
        common = ends[order][np.argmax(inside)] if len(ends) else 0.0
        return (self.least - slack <= common) & (common <= self.most + slack)


@dataclass(frozen=True)
class Clocks:
    """The offset of the database's clock: an instant of the database's less the same of the client's.

    Attributes:
        history: Of what.
        constraints: What is known of it.
    """

    history: History
    constraints: Constraints

    @classmethod
    def of(cls, history: History) -> "Clocks":
        """Find the bounds in a history."""
        return cls(history, Constraints.of(history))

    @cached_property
    def steps(self) -> int | None:
        """How often the database's clock was set during the run; None if no such thing explains the instants."""
        return self.constraints.steps()

    def doubt(self, rows: int, *, otherwise: NDArray[np.bool_] | None = None, reason: str = "") -> Doubt:
        """Which of some rows cannot be judged by the database's clock, and why: none, unless the clock was set.

        Args:
            rows: How many there are.
            otherwise: Which cannot be judged for another reason; None: none.
            reason: This reason.
        """
        if self.steps:
            why = f"the database's clock seems to have been set {self.steps} times during the run"
            return {"unless": np.ones(rows, dtype=bool), "reason": why}
        return {"unless": otherwise, "reason": reason}

    @cached_property
    def _trusted(self) -> Constraints:
        if self.steps:
            return self.constraints.pick(np.zeros(len(self.constraints.at), dtype=bool))
        return self.constraints if self.steps == 0 else self.constraints.pick(self.constraints.agreeing())

    def earliest(self, at: Seconds) -> Seconds:
        """The least that the database's clock can have shown at some instants of the client's; -inf if unknown."""
        trusted = self._trusted
        return at + _greatest(trusted.at, trusted.least, at)

    def latest(self, at: Seconds) -> Seconds:
        """The most that it can have shown; infinite if unknown."""
        trusted = self._trusted
        return at - _greatest(trusted.at, -trusted.most, at)


def windows(history: History, call: Call, *words: str) -> tuple[Seconds, Seconds]:
    """When each hold in the tables can have been made, or ended, by the client's clock.

    Args:
        history: Of which run.
        call: What made or ended them.
        words: The answers that say that it was done, by this call or one before it.

    Returns:
        Of each hold: when the first call was sent that can have done it, not a number if none was, -inf if calls of its
        buyer are not recorded; and when the first answer came that says so, infinite if none did.
    """
    calls, rows = history.calls, history.holds
    answered = history.answers(call, *words)
    by_intent = calls[answered].groupby("intent_id")[["sent", "answered"]].min().reindex(rows.index)
    maybe = history.unknown(call)
    if call is Call.RESERVE:
        first = pd.Series(calls["sent"].to_numpy()[maybe]).groupby(history.call_key[maybe]).min()
        maybe_sent = first.reindex(history.hold_key).to_numpy()
    else:
        maybe_sent = calls[maybe].groupby("intent_id")["sent"].min().reindex(rows.index).to_numpy()
    sent = np.where(history.hold_is_unrecorded, -np.inf, np.fmin(by_intent["sent"].to_numpy(), maybe_sent))
    return sent, by_intent["answered"].fillna(np.inf).to_numpy()


def instants_agree(clocks: Clocks) -> Finding:
    """Each instant in the tables lies between the call and its answer, by one offset of the database's clock."""
    constraints = clocks.constraints
    intents = pd.DataFrame({"intent_id": constraints.intent_id})
    if clocks.steps == 0:
        return judge("instants_agree", intents, [])
    apart = np.ones(len(intents), dtype=bool) if clocks.steps else ~constraints.agreeing()
    problem = "an instant of this hold lies outside of its call"
    return judge("instants_agree", intents, [(apart, problem)], **clocks.doubt(len(intents)))


def _constrain(instants: pd.Series, sent: Seconds, answered: Seconds, until: float) -> pd.DataFrame:
    ended = np.minimum(answered, until)
    slack = DRIFT * (ended - sent) + _ROUNDING_S
    frame = pd.DataFrame(
        {"at": sent, "until": ended, "least": instants - answered - slack, "most": instants - sent + slack},
        index=instants.index,
    )
    return frame[instants.notna() & np.isfinite(sent)]


def _greatest(at: Seconds, least: Seconds, wanted: Seconds) -> Seconds:
    """The greatest lower bound at some instants, from bounds at others that weaken with the distance."""
    none = np.array([-np.inf])
    before = np.concatenate([none, np.maximum.accumulate(least + DRIFT * at)])
    after = np.concatenate([np.maximum.accumulate((least - DRIFT * at)[::-1])[::-1], none])
    finite = np.where(np.isfinite(wanted), wanted, 0.0)  # of no instant in particular, any bound is as good
    place = np.searchsorted(at, finite, side="right")
    greatest: Seconds = np.maximum(before[place] - DRIFT * finite, after[place] + DRIFT * finite)
    return greatest
