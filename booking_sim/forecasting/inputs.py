"""A scenario and a model of the server as the arrays that the event loop is given."""

from dataclasses import dataclass
from datetime import timedelta
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from booking_sim.errors import SettingError
from booking_sim.forecasting.compiling import unsigned
from booking_sim.forecasting.layout import Given
from booking_sim.forecasting.server_model import ServerModel
from booking_sim.scenario.draws import mix, shares, step
from booking_sim.scenario.kinds import BuyerKind
from booking_sim.scenario.scenario import MOST_BUYERS, Scenario
from booking_sim.scenario.spans import Span

_SERVER = 0x5EED_5E2E
"""Sets the draws of the server apart from those of the buyers."""
_BUCKETS_PER_LENGTH = 4096


@dataclass(frozen=True, kw_only=True)
class WaitingRoom:
    """Lets buyers in one after the other, in the order in which they came.

    Args:
        rate: How many a second, of the run.
        batch: How many at a time.

    Raises:
        SettingError: The rate or the batch is not above 0.
    """

    rate: float
    batch: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.rate < inf:
            raise SettingError(f"rate={self.rate} is invalid: expected a number above 0, of buyers a second.")
        if self.batch < 1 or self.batch != int(self.batch):
            raise SettingError(f"batch={self.batch} is invalid: expected a whole number from 1.")

    def admit(self, planned: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Say when each buyer may call.

        Args:
            planned: When they come, in seconds since the start, ascending.

        Returns:
            When they may call.
        """
        turn = np.arange(len(planned)) // self.batch * (self.batch / self.rate)
        return np.asarray(np.maximum.accumulate(planned - turn) + turn)


def given(
    scenario: Scenario,
    server: ServerModel,
    *,
    keep: bool,
    waiting_room: WaitingRoom | None = None,
    generator: float | None = None,
) -> Given:
    """Everything that the loop needs to know.

    Args:
        scenario: What to simulate; its seed decides what is drawn.
        server: The model.
        keep: Whether every attempt is kept.
        waiting_room: What buyers wait in before they may call; None: nothing.
        generator: Calls a second that a load generator can send; None: nothing is in the way.
    """
    schedule = scenario.schedule
    planned = np.zeros(0) if schedule is None else schedule.times
    buyers = MOST_BUYERS if scenario.buyer_count is None else scenario.buyer_count
    kinds = [*scenario.kinds.values()]
    quantities = [_quantities(kind, scenario) for kind in kinds]
    ends = np.cumsum([len(some) for some in quantities])
    lengths, rings = _lengths(kinds, scenario)
    drawn = [row[least + 1] if row[least + 1] >= 0 else 3 * row[least] for row in lengths for least in (0, 2, 4)
             if row[least + 1] != row[least]]  # fmt: skip
    return Given(
        run_key=unsigned(mix(step(0, scenario.seed))),
        server_key=unsigned(mix(step(_SERVER, scenario.seed))),
        planned=_read_only(planned),
        admitted=_read_only(planned if waiting_room is None else waiting_room.admit(planned)),
        buyers=buyers,
        is_closed=schedule is None,
        duration=inf if scenario.duration is None else scenario.seconds(scenario.duration),
        connections=scenario.connections,
        events=scenario.events,
        tickets=scenario.tickets,
        hold=scenario.seconds(scenario.hold),
        event_shares=np.array(shares([1.0] * scenario.events)),
        kind_shares=np.array(shares(kind.share for kind in kinds)),
        kind_numbers=np.array(
            [
                (kind.at_once, kind.refreshes, end - len(some), end)
                for kind, some, end in zip(kinds, quantities, ends, strict=True)
            ],
            np.int64,
        ),
        kind_spans=np.array(lengths),
        payments=np.array([share for kind in kinds for share in _payments(kind)]),
        quantities=np.array([number for some in quantities for number, _ in some], np.int64),
        quantity_shares=np.array([share for some in quantities for _, share in some]),
        rings=np.array(rings, np.int64),
        ring_count=1 + max(max(row) for row in rings),
        bucket_width=max(drawn, default=1.0) / _BUCKETS_PER_LENGTH,
        dispatch_s=0.0 if generator is None else 1 / generator,
        most_tickets=max(number for some in quantities for number, _ in some),
        payments_first=scenario.payments_first,
        is_kept=keep,
        **server.arrays(scenario.connections, seed=scenario.seed, cold=scenario.cold),
    )


def _quantities(kind: BuyerKind, scenario: Scenario) -> list[tuple[int, float]]:
    """Numbers of tickets, each with its cumulative share."""
    if kind.quantities is None:
        return [(scenario.quantity, 1.0)]
    return [*zip(kind.quantities.values, kind.quantities.bounds, strict=True)]


def _payments(kind: BuyerKind) -> tuple[float, ...]:
    return (0.0, 0.0, 0.0, 1.0) if kind.payments.is_fixed else kind.payments.bounds


def _lengths(kinds: list[BuyerKind], scenario: Scenario) -> tuple[list[tuple[float, ...]], list[list[int]]]:
    """The lengths of time of each kind, in seconds of the run, and the ring of each that is constant and needed."""
    lengths: list[tuple[float, ...]] = []
    rings: list[list[int]] = []
    used = 0
    for kind in kinds:
        patience = inf if kind.patience is None else scenario.seconds(kind.patience)
        row = (*_span(kind.think, scenario), *_span(kind.refresh_after, scenario), patience, patience)
        needed = {
            0: row[0] == row[1] and kind.pays + kind.fails > 0,
            1: row[0] == row[1] and kind.late > 0,
            2: row[2] == row[3] and kind.refreshes > 0,
            4: patience < inf,
        }
        own = [-1] * 6
        for column, is_needed in needed.items():
            if is_needed:
                own[column], used = used, used + 1
        lengths.append(row)
        rings.append(own)
    return lengths, rings


def _span(span: Span, scenario: Scenario) -> tuple[float, float]:
    """The least and the greatest; of an exponential one the mean, and -1."""
    most: Any = timedelta(seconds=-scenario.time_scale) if span.most is None else span.most
    return scenario.seconds(span.least), scenario.seconds(most)


def _read_only(times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same numbers: the loop would be compiled once more for arrays that can be written to."""
    times = times.view()
    times.flags.writeable = False
    return times
