"""What to simulate: one frozen, validated object. The command line's flags are these settings, under the same names."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from numbers import Integral
from pathlib import Path
from typing import Any

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError
from booking_sim.strategies import check_name

_LONGEST_HOLD = timedelta(days=31)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One event and the crowd that wants its tickets.

    Raises:
        BookingSimError: a setting is out of its range, or two contradict each other.
    """

    tickets: int = field(default=500, metadata={"help": "Tickets of the event."})
    buyers: int = field(default=5000, metadata={"help": "People who want to buy; each is one simulated person."})
    quantity: int = field(default=1, metadata={"help": "Tickets that each buyer asks for, all or none."})
    workers: int = field(default=2, metadata={"help": "Processes that play the buyers."})
    connections: int = field(default=32, metadata={"help": "Connections to the database, shared by the workers."})
    hold: timedelta = field(default=timedelta(minutes=5), metadata={"help": "How long a hold lasts: 90s, 5m, 1h."})
    strategy: str = field(
        default="default",
        metadata={"help": "How tickets are claimed: one of `booking-sim strategies`, or the path of an .sql file."},
    )
    seed: int = field(default=1, metadata={"help": "Decides the buyers' order, and how long they wait to try again."})

    def __post_init__(self) -> None:
        object.__setattr__(self, "hold", _duration("hold", self.hold))
        object.__setattr__(self, "strategy", check_name(self.strategy))
        self._check_whole("tickets", 1, 5_000_000)
        self._check_whole("buyers", 1, 10_000_000)
        self._check_whole("quantity", 1, self.tickets, because=f" (tickets={self.tickets})")
        self._check_whole("connections", 1, 10_000)
        self._check_whole(
            "workers", 1, self.connections, because=f" (connections={self.connections}): each worker needs one"
        )
        self._check_whole("seed", 0, 2**63 - 1)
        if not timedelta(0) < self.hold <= _LONGEST_HOLD:
            raise BookingSimError(
                f"hold={format_duration(self.hold)} will not do: a hold lasts longer than nothing and at most 31 days."
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The settings, in order."""
        return tuple(setting.name for setting in dataclasses.fields(cls))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Scenario":
        """Make a scenario of settings by name; what is not named keeps its default.

        Raises:
            BookingSimError: a name is unknown, or Scenario refuses a value.
        """
        return Scenario().replace(**settings)

    def replace(self, **settings: Any) -> "Scenario":
        """Return this scenario with some settings changed.

        Raises:
            BookingSimError: a name is unknown, or Scenario refuses a value.
        """
        for name in settings:
            if name not in self.names():
                raise BookingSimError(f"There is no setting '{name}': choose from {', '.join(self.names())}.")
        return dataclasses.replace(self, **settings)

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON can hold them; `from_settings` makes the same scenario of them.

        Of a strategy's path only the name of the file is told.
        """
        told = {"hold": format_duration(self.hold), "strategy": Path(self.strategy).name}
        return dataclasses.asdict(self) | told

    def _check_whole(self, name: str, least: int, most: int, because: str = "") -> None:
        value: Any = getattr(self, name)
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not (whole and least <= value <= most):
            raise BookingSimError(
                f"{name}={value} will not do: give a whole number from {least:,} to {most:,}{because}."
            )
        object.__setattr__(self, name, int(value))  # JSON takes no number of NumPy's


def _duration(name: str, value: object) -> timedelta:
    if isinstance(value, str):
        return parse_duration(value)
    if not isinstance(value, timedelta):
        raise BookingSimError(f"{name}={value!r} is no length of time: give a timedelta, or text such as '5m'.")
    return value
