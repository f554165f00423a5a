"""What all buyers of a surge have in common, whichever worker plays them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from booking_sim.scenario.kinds import BuyerKind


@dataclass(frozen=True, slots=True)
class Workload:
    """What the buyers do.

    Attributes:
        kinds: The kinds of buyers, by name.
        event_ids: The events; each buyer wants tickets of one of them.
        quantity: Tickets of a request, unless the kind of its buyer says otherwise.
        hold_s: How long a hold lasts, in seconds of the run.
        time_scale: How many seconds of a buyer's life pass in one second of the run.
        retry: SQLSTATEs after which the strategy requires the client to repeat the request.
        seed: Of everything that is drawn at random.
    """

    kinds: Mapping[str, BuyerKind]
    event_ids: Sequence[int]
    quantity: int
    hold_s: float
    time_scale: float
    retry: Sequence[str]
    seed: int
