"""What to simulate: one frozen, validated object. A file's keys and the command line's flags are its settings."""

import textwrap
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict, Unpack

import attrs

from booking_sim.arrivals import Profile, Schedule, parse_arrivals
from booking_sim.durations import format_duration
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.scenario.kinds import BuyerKind, BuyerKindSettings, to_kinds
from booking_sim.strategies.files import check_name
from booking_sim.validation import (
    DURATION,
    FLAG,
    LONGEST,
    Expected,
    invalid,
    number,
    optional,
    suggest,
    to_duration,
    to_float,
    to_int,
    to_optional_duration,
    whole,
)

BUYERS = 5000
"""How many buyers come if nothing says how many."""

MOST_BUYERS = 10_000_000
_MOST_TICKETS = 5_000_000
_SHORTEST_HOLD_S = 1e-6
"""Seconds of the run. PostgreSQL rounds a shorter hold to no time, and refuses that."""
_DOC_WIDTH = 80
"""Letters of a setting's line: with its indent, as many as JupyterLab shows before it breaks it."""


class ScenarioSettings(TypedDict, total=False):
    """The settings of `Scenario` as they can be given, for type checkers and editors."""

    events: int
    tickets: int
    buyers: int | None
    arrivals: Profile | str | None
    duration: timedelta | str | None
    kinds: Mapping[str, BuyerKind] | Mapping[str, BuyerKindSettings] | Mapping[str, BuyerKind | BuyerKindSettings] | str
    quantity: int
    hold: timedelta | str
    time_scale: float
    strategy: str | Path
    workers: int
    connections: int
    answer_timeout: timedelta | str
    cold: bool
    warm_up: timedelta | str | None
    payments_first: bool
    depth_every: int
    seed: int


def _describe(metavar: str, about: str, hint: str = "") -> dict[str, str]:
    """What a setting is, for everybody; and how to write it, for who does."""
    return {"metavar": metavar, "help": about, "hint": hint}


def _to_arrivals(value: Profile | str | None) -> Profile | None:
    return parse_arrivals(value) if isinstance(value, str) else value


def _to_optional_int(value: int | None) -> int | None:
    return None if value is None else to_int(value)


def _to_strategy(value: str | Path) -> str:
    return check_name(value)


@attrs.frozen(kw_only=True, slots=False)
class Scenario:
    """What is on sale, and the buyers who want it.

    Without `arrivals` the loop is closed: when a connection is idle, the next buyer
    comes, so that all ask as fast as they are answered. With them it is open: buyers
    come when they come, and wait for a connection.

    Lengths of time are timedeltas, or text such as "90s", "5m" or "1h".

    Args:
        {settings}

    Raises:
        SettingError: A setting is out of its range, or two contradict each other.

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

    events: int = attrs.field(
        default=1,
        converter=to_int,
        validator=whole(1, 1000),
        metadata=_describe("N", "Events on sale; each buyer wants one of them."),
    )
    tickets: int = attrs.field(
        default=500,
        converter=to_int,
        validator=whole(1, _MOST_TICKETS),
        metadata=_describe("N", "Tickets of each event."),
    )
    buyers: int | None = attrs.field(
        default=None,
        converter=_to_optional_int,
        validator=optional(whole(1, MOST_BUYERS)),
        metadata=_describe("N", f"Buyers at most; else as many as arrivals or duration allow, or {BUYERS:,}."),
    )
    arrivals: Profile | None = attrs.field(
        default=None,
        converter=_to_arrivals,
        validator=Expected(
            "a profile, or text such as 'constant(rate=500, duration=30s)'",
            lambda value: value is None or isinstance(value, Profile),
        ),
        metadata=_describe(
            "PROFILE",
            "When buyers come; else as fast as they are answered.",
            "Such as 'constant(rate=500, duration=30s)'.",
        ),
    )
    duration: timedelta | None = attrs.field(
        default=None,
        converter=to_optional_duration,
        validator=optional(DURATION),
        metadata=_describe("TIME", "Stop admitting buyers after this time; those already admitted finish."),
    )
    kinds: Mapping[str, BuyerKind] = attrs.field(
        factory=lambda: {"buyer": BuyerKind()},
        converter=to_kinds,
        metadata=_describe(
            "TABLE",
            "Kinds of buyers, and how each behaves.",
            "Such as '{fan = {pays = 0.7, think = \"20s..60s\"}, bot = {share = 0.1}}'.",
        ),
    )
    quantity: int = attrs.field(
        default=1,
        converter=to_int,
        validator=whole(1, _MOST_TICKETS),
        metadata=_describe("N", "Tickets that a buyer requests, all or none, unless its kind says otherwise."),
    )
    hold: timedelta = attrs.field(
        default=timedelta(minutes=5),
        converter=to_duration,
        validator=DURATION,
        metadata=_describe("TIME", "How long a hold lasts.", "Such as 90s, 5m, 1h."),
    )
    time_scale: float = attrs.field(
        default=1.0,
        converter=to_float,
        validator=number(0.001, 1_000_000, "; 60 runs a minute in a second"),
        metadata=_describe(
            "X",
            "Run arrivals, holds and thinking X times as fast: 60 runs an hour in a minute. Outcomes carry over if the"
            " run kept up; rates are X times as high; latencies do not carry over.",
        ),
    )
    strategy: str = attrs.field(
        default="default",
        converter=_to_strategy,
        metadata=_describe(
            "NAME|PATH.sql", "How tickets are claimed.", "One of `booking-sim strategies`, or the path of an .sql file."
        ),
    )
    workers: int = attrs.field(
        default=2,
        converter=to_int,
        validator=whole(1, 10_000),
        metadata=_describe("N", "Worker processes that simulate the buyers."),
    )
    connections: int = attrs.field(
        default=32,
        converter=to_int,
        validator=whole(1, 10_000),
        metadata=_describe("N", "Connections to the database, shared by the workers."),
    )
    answer_timeout: timedelta = attrs.field(
        default=timedelta(minutes=1),
        converter=to_duration,
        validator=DURATION,
        metadata=_describe(
            "TIME",
            "Close a connection that has not answered for this time, and repeat the request on another. Real time: the"
            " time scale does not change it.",
        ),
    )
    cold: bool = attrs.field(
        default=False,
        validator=FLAG,
        metadata=_describe(
            "YES|NO",
            "Start with cold connections, whose first calls take longer: the server compiles functions then. Otherwise"
            " each connection is warmed before the start.",
        ),
    )
    warm_up: timedelta | None = attrs.field(
        default=None,
        converter=to_optional_duration,
        validator=optional(DURATION),
        metadata=_describe(
            "TIME",
            "Leave what was answered before this time out of all rates and times, charts and comparisons; counts are of"
            " the whole run. Real time: the time scale does not change it.",
        ),
    )
    payments_first: bool = attrs.field(
        default=True,
        validator=FLAG,
        metadata=_describe(
            "YES|NO", "Send payments before the requests of newcomers that wait for a connection; else in their order."
        ),
    )
    depth_every: int = attrs.field(
        default=200,
        converter=to_int,
        validator=whole(0, 1_000_000_000),
        metadata=_describe("N", "Measure skipped rows on every N-th call; 0: on none."),
    )
    seed: int = attrs.field(
        default=1,
        converter=to_int,
        validator=whole(0, 2**63 - 1),
        metadata=_describe("N", "Decides everything random: when buyers come, who they are, what they do."),
    )

    def __attrs_post_init__(self) -> None:
        most_events = _MOST_TICKETS // self.tickets
        if self.events > most_events:
            raise invalid("events", self.events, f"at most {most_events:,} (tickets={self.tickets})")
        if self.quantity > self.tickets:
            raise invalid("quantity", self.quantity, f"at most {self.tickets:,} (tickets={self.tickets})")
        for name, kind in self.kinds.items():
            if kind.most_tickets > self.tickets:
                raise invalid(
                    f"kinds.{name}.quantity", kind.most_tickets, f"at most {self.tickets:,} (tickets={self.tickets})"
                )
        if self.workers > self.connections:
            raise invalid(
                "workers",
                self.workers,
                f"at most {self.connections:,}, since each needs a connection (connections={self.connections})",
            )
        if self.seconds(self.hold) < _SHORTEST_HOLD_S:
            raise invalid(
                "hold",
                self.hold,
                f"at least {format_duration(timedelta(seconds=_SHORTEST_HOLD_S * self.time_scale))}, which is a"
                f" microsecond of the run (time_scale={self.time_scale:g})",
            )
        if self.schedule is not None and not len(self.schedule):
            raise SettingError(
                f"arrivals={self.arrivals} and duration={format_duration(self.duration or LONGEST)} let nobody come:"
                " give a longer duration, or earlier arrivals."
            )

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The settings, in order."""
        return tuple(setting.name for setting in attrs.fields(cls))

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Scenario":
        """Make a scenario of settings by name; what is not named keeps its default.

        Args:
            settings: As `to_dict` gives them, or as a TOML file holds them.

        Returns:
            The scenario.

        Raises:
            SettingError: A name is unknown, or Scenario refuses a value.
        """
        for name in settings:
            if name not in cls.names():
                raise SettingError(f"Setting {name!r} is unknown: {suggest(name, cls.names())}")
        return cls(**settings)

    @classmethod
    def from_file(cls, path: str | Path) -> "Scenario":
        """Read a scenario from a TOML file, whose keys are the settings.

        Args:
            path: The file. `booking-sim scenarios NAME` writes one to begin with.

        Returns:
            The scenario.

        Raises:
            SettingError: There is no such file, it is not TOML, a name is unknown, or
                Scenario refuses a value.
        """
        try:
            return cls.from_settings(tomllib.loads(Path(path).read_text(encoding="utf-8-sig")))
        except OSError as error:
            raise SettingError(
                f"Cannot read the scenario {path}: {error.strerror}. Give the path of a .toml file."
            ) from None
        except RecursionError:
            raise SettingError(f"{path}: its tables are nested too deeply: expected settings and kinds.") from None
        except (ValueError, BookingSimError) as error:
            raise SettingError(f"{path}: {error}") from None

    def replace(self, **settings: Unpack[ScenarioSettings]) -> "Scenario":
        """Make a scenario like this one, with some settings changed.

        Args:
            **settings: The settings to change, by name.

        Returns:
            The new scenario.

        Raises:
            SettingError: A name is unknown, or Scenario refuses a value.

        Example:
            Half the tickets, twice the hold:

                from booking_sim import scenarios

                scenario = scenarios.find("club_gig")
                scenario.replace(tickets=scenario.tickets // 2, hold="10m")
        """
        return Scenario.from_settings({name: getattr(self, name) for name in self.names()} | settings)

    def to_dict(self) -> dict[str, Any]:
        """The settings as JSON can hold them; `from_settings` makes the same scenario of them.

        Of a strategy's path only the name of the file is kept, and of recorded arrivals
        the counts.

        Returns:
            Every setting by name; lengths of time as text.
        """
        portable = {
            "arrivals": None if self.arrivals is None else str(self.arrivals.portable()),
            "duration": None if self.duration is None else format_duration(self.duration),
            "kinds": {name: kind.to_dict() for name, kind in self.kinds.items()},
            "hold": format_duration(self.hold),
            "answer_timeout": format_duration(self.answer_timeout),
            "warm_up": None if self.warm_up is None else format_duration(self.warm_up),
            "strategy": Path(self.strategy).name,
        }
        return {name: getattr(self, name) for name in self.names()} | portable

    @cached_property
    def schedule(self) -> Schedule | None:
        """Which buyer comes when, in seconds of the run, divided by the time scale; None if the loop is closed."""
        if self.arrivals is None:
            return None
        schedule = self.arrivals.schedule(self.seed).faster(self.time_scale)
        if self.duration is not None:
            schedule = schedule.until(self.seconds(self.duration))
        return schedule if self.buyers is None else schedule.first(self.buyers)

    @property
    def buyer_count(self) -> int | None:
        """How many buyers come; None if as many as can be served within the duration."""
        if self.schedule is not None:
            return len(self.schedule)
        return BUYERS if self.buyers is None and self.duration is None else self.buyers

    @property
    def warm_up_s(self) -> float:
        """The first seconds of the run that rates, times, charts and comparisons leave out."""
        return 0.0 if self.warm_up is None else self.warm_up.total_seconds()

    def seconds(self, length: timedelta) -> float:
        """How long a time of the scenario is in the run: the time scale makes it shorter.

        Args:
            length: As in the scenario, such as `scenario.hold`.

        Returns:
            Seconds of the run.
        """
        return length.total_seconds() / self.time_scale

    def __getstate__(self) -> dict[str, Any]:
        """Leave the schedule out: it is drawn again where it is used."""
        return {name: getattr(self, name) for name in self.names()}


def _document_settings() -> str:
    """A line for each setting of Scenario, as its docstring has them."""
    lines = []
    for each in attrs.fields(Scenario):
        about = " ".join(filter(None, (each.metadata["help"], each.metadata["hint"])))
        lines += textwrap.wrap(f"{each.name}: {about}", _DOC_WIDTH, subsequent_indent="    ")
    return textwrap.indent("\n".join(lines), " " * 8).lstrip()


Scenario.__doc__ = (Scenario.__doc__ or "").replace("{settings}", _document_settings())  # said once, in the fields
