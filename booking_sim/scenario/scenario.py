"""What to simulate: one frozen, validated object. A file's keys and the command line's flags are its settings."""

import dataclasses
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from booking_sim.arrivals import Profile, Schedule, parse_arrivals
from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.scenario.kinds import Kind, read_kinds
from booking_sim.strategies import check_name

BUYERS = 5000
"""Who come if nothing says how many."""

_LONGEST = timedelta(days=31)
MOST_BUYERS = 10_000_000
_MOST_TICKETS = 5_000_000
_DOC_WIDTH = 80
"""Letters of a setting's line: with its indent, as many as JupyterLab shows before it breaks it."""


def _told(metavar: str, about: str, hint: str = "") -> dict[str, str]:
    """What a setting is, for everybody; and how to write it, for who does."""
    return {"metavar": metavar, "help": about, "hint": hint}


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What is on sale and the crowd that wants it.

    Without `arrivals` the loop is closed: a connection that nobody wants lets the next
    buyer in, so that all ask as fast as they are answered. With them it is open: buyers
    come when they come, and wait for a connection.

    Lengths of time are timedeltas, or text such as "90s", "5m" or "1h".

    Args:
        {settings}

    Raises:
        BookingSimError: A setting is out of its range, or two contradict each other.

    Example:
        A thousand seats, for people three of four of whom pay:

            from booking_sim import Scenario, surge

            scenario = Scenario(
                tickets=1000,
                arrivals="poisson(constant(rate=200, duration=30s))",
                kinds={"fan": {"pays": 0.75, "think": "2s..10s"}},
            )
            scenario  # as the last line of a cell: the settings, and when buyers come
            surge(scenario)
    """

    events: int = field(default=1, metadata=_told("N", "Events on sale; each buyer wants one of them."))
    tickets: int = field(default=500, metadata=_told("N", "Tickets of each event."))
    buyers: int | None = field(
        default=None,
        metadata=_told("N", f"How many come at most; else all whom arrivals or duration let come, or {BUYERS:,}."),
    )
    arrivals: Profile | None = field(
        default=None,
        metadata=_told(
            "PROFILE",
            "When they come; else as fast as they are answered.",
            "Such as 'constant(rate=500, duration=30s)'.",
        ),
    )
    duration: timedelta | None = field(
        default=None, metadata=_told("TIME", "After this nobody comes any more; who is there is served.")
    )
    kinds: Mapping[str, Kind] = field(
        default_factory=lambda: {"buyer": Kind()},
        metadata=_told(
            "TABLE",
            "Kinds of buyers, and how each behaves.",
            "Such as '{fan = {pays = 0.7, think = \"20s..60s\"}, bot = {share = 0.1}}'.",
        ),
    )
    quantity: int = field(
        default=1, metadata=_told("N", "Tickets that a buyer asks for, all or none, if its kind does not say.")
    )
    hold: timedelta = field(
        default=timedelta(minutes=5), metadata=_told("TIME", "How long a hold lasts.", "Such as 90s, 5m, 1h.")
    )
    time_scale: float = field(
        default=1.0,
        metadata=_told("X", "How many times as fast: 60 makes five minutes of arrivals, holds, thinking 5 s."),
    )
    strategy: str = field(
        default="default",
        metadata=_told(
            "NAME|PATH.sql", "How tickets are claimed.", "One of `booking-sim strategies`, or the path of an .sql file."
        ),
    )
    workers: int = field(default=2, metadata=_told("N", "Processes that play the buyers."))
    connections: int = field(default=32, metadata=_told("N", "Connections to the database, shared by the workers."))
    depth_every: int = field(
        default=200,
        metadata=_told("N", "Measure how many tickets a claim walks past, of every so many-th call; 0: of none."),
    )
    seed: int = field(
        default=1, metadata=_told("N", "Decides what is left to chance: when buyers come, who they are, what they do.")
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "strategy", check_name(self.strategy))
        object.__setattr__(self, "arrivals", _arrivals(self.arrivals))
        object.__setattr__(self, "kinds", read_kinds(self.kinds))
        self._check_duration("hold")
        if self.duration is not None:
            self._check_duration("duration")
        self._check_time_scale()
        self._check_whole("tickets", 1, _MOST_TICKETS)
        self._check_whole("events", 1, min(1000, _MOST_TICKETS // self.tickets), because=f" (tickets={self.tickets})")
        if self.buyers is not None:
            self._check_whole("buyers", 1, MOST_BUYERS)
        self._check_whole("quantity", 1, self.tickets, because=f" (tickets={self.tickets})")
        for name, kind in self.kinds.items():
            if kind.most_tickets > self.tickets:
                raise SettingError(
                    f"kinds.{name}: quantity={kind.most_tickets} is more than an event has, tickets={self.tickets}."
                )
        self._check_whole("connections", 1, 10_000)
        self._check_whole(
            "workers", 1, self.connections, because=f" (connections={self.connections}): each worker needs one"
        )
        self._check_whole("depth_every", 0, 1_000_000_000)
        self._check_whole("seed", 0, 2**63 - 1)
        if self.schedule is not None and not len(self.schedule):
            raise SettingError(
                f"arrivals={self.arrivals} and duration={format_duration(self.duration or _LONGEST)} let nobody come:"
                " give a longer duration, or earlier arrivals."
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The settings, in order."""
        return tuple(setting.name for setting in dataclasses.fields(cls))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Scenario":
        """Make a scenario of settings by name; what is not named keeps its default.

        Args:
            settings: As `to_dict` gives them, or as a TOML file holds them.

        Returns:
            The scenario.

        Raises:
            BookingSimError: A name is unknown, or Scenario refuses a value.
        """
        for name in settings:
            if name not in cls.names():
                raise SettingError(f"There is no setting '{name}': choose from {', '.join(cls.names())}.")
        return cls(**settings)

    @classmethod
    def from_file(cls, path: str | Path) -> "Scenario":
        """Read a scenario from a TOML file, whose keys are the settings.

        Args:
            path: The file. `booking-sim scenarios NAME` writes one to begin with.

        Returns:
            The scenario.

        Raises:
            BookingSimError: There is no such file, it is no TOML, a name is unknown, or
                Scenario refuses a value.
        """
        try:
            return cls.from_settings(tomllib.loads(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise SettingError(
                f"Cannot read the scenario {path}: {error.strerror}. Give the path of a .toml file."
            ) from None
        except (ValueError, BookingSimError) as error:
            raise SettingError(f"{path}: {error}") from None

    @classmethod
    def given(cls, scenario: object, settings: Mapping[str, Any]) -> "Scenario":
        """Make the scenario that somebody asked for.

        Args:
            scenario: Theirs; None: the default one.
            settings: What to change in it, by name.

        Returns:
            The scenario.

        Raises:
            BookingSimError: It is no scenario, or what `replace` raises.
        """
        scenario = cls() if scenario is None else scenario
        if not isinstance(scenario, cls):
            raise SettingError(
                f"scenario={scenario!r} is no Scenario: give settings by name, such as tickets=500, or a scenario, such"
                " as booking_sim.scenarios.find('club_gig')."
            )
        return scenario.replace(**settings)

    def replace(self, **settings: Any) -> "Scenario":
        """Make a scenario like this one, with some settings changed.

        Args:
            **settings: The settings to change, by name.

        Returns:
            The new scenario.

        Raises:
            BookingSimError: A name is unknown, or Scenario refuses a value.

        Example:
            Half the hall, twice the patience:

                scenario.replace(tickets=scenario.tickets // 2, hold="10m")
        """
        return Scenario.from_settings({name: getattr(self, name) for name in self.names()} | settings)

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON can hold them; `from_settings` makes the same scenario of them.

        Of a strategy's path only the name of the file is told, and of recorded arrivals the
        counts.

        Returns:
            Every setting by name; lengths of time as text.
        """
        told = {
            "arrivals": None if self.arrivals is None else str(self.arrivals.portable()),
            "duration": None if self.duration is None else format_duration(self.duration),
            "kinds": {name: kind.to_dict() for name, kind in self.kinds.items()},
            "hold": format_duration(self.hold),
            "strategy": Path(self.strategy).name,
        }
        return {name: getattr(self, name) for name in self.names()} | told

    @cached_property
    def schedule(self) -> Schedule | None:
        """Who comes when, in seconds of the run, the time scale seen to; None if the loop is closed."""
        if self.arrivals is None:
            return None
        schedule = self.arrivals.schedule(self.seed).faster(self.time_scale)
        if self.duration is not None:
            schedule = schedule.until(self.seconds(self.duration))
        return schedule if self.buyers is None else schedule.first(self.buyers)

    @property
    def crowd(self) -> int | None:
        """How many people come; None if as many as get a turn within the duration."""
        if self.schedule is not None:
            return len(self.schedule)
        return BUYERS if self.buyers is None and self.duration is None else self.buyers

    def seconds(self, length: timedelta) -> float:
        """How long a time of the scenario is in the run: the time scale makes it shorter.

        Args:
            length: As in the scenario, such as `scenario.hold`.

        Returns:
            Seconds of the run.
        """
        return length.total_seconds() / self.time_scale

    def __getstate__(self) -> dict[str, Any]:
        """Leave the schedule behind: it is drawn again where it is wanted."""
        return {name: getattr(self, name) for name in self.names()}

    def _check_whole(self, name: str, least: int, most: int, because: str = "") -> None:
        value: Any = getattr(self, name)
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not (whole and least <= value <= most):
            raise SettingError(f"{name}={value} will not do: give a whole number from {least:,} to {most:,}{because}.")
        object.__setattr__(self, name, int(value))  # JSON takes no number of NumPy's

    def _check_duration(self, name: str) -> None:
        value: Any = getattr(self, name)
        if isinstance(value, str):
            value = parse_duration(value)
        if not isinstance(value, timedelta):
            raise SettingError(f"{name}={value!r} is not a duration: give a timedelta, or text such as '5m'.")
        if not timedelta(0) < value <= _LONGEST:
            raise SettingError(
                f"{name}={format_duration(value)} will not do: give more than nothing and at most 31 days."
            )
        object.__setattr__(self, name, value)

    def _check_time_scale(self) -> None:
        value: Any = self.time_scale
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not (number and 0.001 <= value <= 1_000_000):
            raise SettingError(
                f"time_scale={value} will not do: give a number from 0.001 to 1,000,000; 60 runs a minute in a second."
            )
        object.__setattr__(self, "time_scale", float(value))


def _told_of_settings() -> str:
    """A line for each setting of Scenario, as its docstring has them."""
    lines = []
    for each in dataclasses.fields(Scenario):
        told = " ".join(filter(None, (each.metadata["help"], each.metadata["hint"])))
        lines += textwrap.wrap(f"{each.name}: {told}", _DOC_WIDTH, subsequent_indent="    ")
    return textwrap.indent("\n".join(lines), " " * 8).lstrip()


Scenario.__doc__ = (Scenario.__doc__ or "").replace("{settings}", _told_of_settings())  # said once, in the fields


def _arrivals(given: object) -> Profile | None:
    if given is None or isinstance(given, Profile):
        return given
    if isinstance(given, str):
        return parse_arrivals(given)
    raise SettingError(
        f"arrivals={given!r} will not do: give a profile, or text such as 'constant(rate=500, duration=30s)'."
    )
