"""What kinds of buyers there are, and how each behaves: every rate of it is a parameter here."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, TypedDict

import attrs

from booking_sim.durations import format_duration
from booking_sim.errors import SettingError
from booking_sim.scenario.choices import Choice
from booking_sim.scenario.spans import Span, to_span
from booking_sim.validation import (
    DURATION,
    Expected,
    invalid,
    is_number,
    is_whole,
    number,
    optional,
    suggest,
    to_float,
    to_int,
    to_optional_duration,
    whole,
)

_INSTANT = Span(timedelta(0), timedelta(0))
_SECOND = Span(timedelta(seconds=1), timedelta(seconds=1))
_MOST_QUANTITY = 5_000_000
_SPAN = Expected(
    "a duration such as 20s, 10s..40s, or ~20s for a mean; at most 31 days", lambda value: isinstance(value, Span)
)


class Payment(StrEnum):
    """How the payment for a hold ends."""

    PAYS = "pays"
    """It succeeds after the thinking time: confirm."""
    FAILS = "fails"
    """It fails after the thinking time: release."""
    LATE = "late"
    """It succeeds, the thinking time after the hold has run out: confirm, which must not sell."""
    NEVER = "never"
    """The buyer is gone, and the hold runs out."""


class BuyerKindSettings(TypedDict, total=False):
    """The parameters of `BuyerKind` as they can be given, for type checkers and editors."""

    share: float
    quantity: int | Mapping[int, float] | Mapping[str, float] | None
    pays: float
    fails: float
    late: float
    think: Span | str
    patience: timedelta | str | None
    tries: int
    refreshes: int
    refresh_after: Span | str
    at_once: int


def _to_quantity(value: int | Mapping[int, float] | Mapping[str, float] | None) -> int | Mapping[int, float] | None:
    if value is None or not isinstance(value, Mapping):
        return None if value is None else to_int(value)
    try:
        return {int(tickets): float(weight) for tickets, weight in value.items()}
    except (TypeError, ValueError, OverflowError):
        return value  # type: ignore[return-value]  # the validator refuses it


def _is_quantity(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return value is None or (is_whole(value) and 1 <= value <= _MOST_QUANTITY)
    weights = value.values()
    return (
        all(is_whole(tickets) and 1 <= tickets <= _MOST_QUANTITY for tickets in value)
        and all(is_number(weight) and 0 <= weight <= 1e9 for weight in weights)
        and sum(weights) > 0
    )


@attrs.frozen(kw_only=True)
class BuyerKind:
    """One kind of buyer.

    Lengths of time are of the buyer's life, as people count it: a run's time scale makes them shorter. Those that are
    drawn are `20s` (always), `10s..40s` (all alike) or `~20s` (exponential, with that mean).

    Raises:
        SettingError: A parameter is of another type or out of its range, or two contradict each other.
    """

    share: float = attrs.field(
        default=1.0,
        converter=to_float,
        validator=Expected(
            "a number above 0 and at most 1e9; leave out a kind that never comes",
            lambda value: is_number(value) and 0 < value <= 1e9,
        ),
        metadata={"help": "Its part of all buyers, in relation to the shares of the other kinds."},
    )
    quantity: int | Mapping[int, float] | None = attrs.field(
        default=None,
        converter=_to_quantity,
        validator=Expected(
            "a whole number from 1, or how likely each is, such as {1 = 0.3, 2 = 0.7}",
            _is_quantity,
        ),
        metadata={"help": "Tickets it requests: a number, or how likely each number is; else the scenario's quantity."},
    )
    pays: float = attrs.field(
        default=0.0,
        converter=to_float,
        validator=number(0, 1),
        metadata={"help": "How likely a hold is paid for in time: confirm."},
    )
    fails: float = attrs.field(
        default=0.0,
        converter=to_float,
        validator=number(0, 1),
        metadata={"help": "How likely its payment fails: release."},
    )
    late: float = attrs.field(
        default=0.0,
        converter=to_float,
        validator=number(0, 1),
        metadata={"help": "How likely it is paid for after it has run out: confirm."},
    )
    think: Span = attrs.field(
        default=_INSTANT,
        converter=to_span,
        validator=_SPAN,
        metadata={"help": "Time from the hold to the payment; if late, from its deadline."},
    )
    patience: timedelta | None = attrs.field(
        default=None,
        converter=to_optional_duration,
        validator=optional(DURATION),
        metadata={"help": "How long it waits for an answer before it leaves; else without end."},
    )
    tries: int = attrs.field(
        default=10,
        converter=to_int,
        validator=whole(1, 1000),
        metadata={"help": "Calls it makes at most while the answer is 'contended' or is lost."},
    )
    refreshes: int = attrs.field(
        default=0,
        converter=to_int,
        validator=whole(0, 1000),
        metadata={"help": "How often it asks again after 'sold out'."},
    )
    refresh_after: Span = attrs.field(
        default=_SECOND,
        converter=to_span,
        validator=_SPAN,
        metadata={"help": "Time from 'sold out' to asking again."},
    )
    at_once: int = attrs.field(
        default=1,
        converter=to_int,
        validator=whole(1, 1000),
        metadata={"help": "Sessions of one buyer, which all start at the same time: 1 for people, more for bots."},
    )

    def __attrs_post_init__(self) -> None:
        likely = self.pays + self.fails + self.late
        if likely > 1 + 1e-9:
            raise SettingError(
                f"pays={self.pays:g}, fails={self.fails:g} and late={self.late:g} are {likely:g} together:"
                " expected at most 1; the rest never pays."
            )

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "BuyerKind":
        """Make a kind of parameters by name; what is not named keeps its default.

        Raises:
            SettingError: A name is unknown, or BuyerKind refuses a value.
        """
        names = [parameter.name for parameter in attrs.fields(cls)]
        for name in settings:
            if name not in names:
                raise SettingError(f"parameter {name!r} is unknown: {suggest(name, names)}")
        return cls(**settings)

    def to_dict(self) -> dict[str, Any]:
        """The parameters that are not at their default, as JSON and TOML can hold them."""
        changed: dict[str, Any] = {}
        for parameter in attrs.fields(type(self)):
            value = getattr(self, parameter.name)
            if value != parameter.default:
                changed[parameter.name] = _plain(value)
        return changed

    @property
    def most_tickets(self) -> int:
        """The greatest quantity that it may request; 0 if the scenario decides it."""
        return max(self.quantity) if isinstance(self.quantity, Mapping) else self.quantity or 0

    @cached_property
    def quantities(self) -> Choice[int] | None:
        """How many tickets a session requests; None if the scenario decides it."""
        if self.quantity is None:
            return None
        likely = self.quantity if isinstance(self.quantity, Mapping) else {self.quantity: 1.0}
        return Choice.of(likely, likely.values())

    @cached_property
    def payments(self) -> Choice[Payment]:
        """How the payment for a hold ends."""
        if not self.pays + self.fails + self.late:
            return Choice.of([Payment.NEVER], [1.0])
        rest = max(0.0, 1 - self.pays - self.fails - self.late)
        return Choice.of(Payment, [self.pays, self.fails, self.late, rest])


def to_kinds(
    given: Mapping[str, BuyerKind | BuyerKindSettings]
    | Mapping[str, BuyerKind]
    | Mapping[str, BuyerKindSettings]
    | str,
) -> dict[str, BuyerKind]:
    """Read kinds by name: from kinds, tables of their parameters, or text as in a scenario file.

    Raises:
        SettingError: It is none of these, or a parameter is invalid.
    """
    table: Any = _parse(given) if isinstance(given, str) else given
    if not isinstance(table, Mapping) or not table:
        raise invalid("kinds", given, "each kind's name and its parameters, such as {'fan': {'pays': 0.7}}")
    return {str(name): _to_kind(str(name), kind) for name, kind in table.items()}


def _parse(text: str) -> Any:
    try:
        return tomllib.loads(f"kinds = {text}")["kinds"]
    except tomllib.TOMLDecodeError as error:
        raise invalid("kinds", text, f"a table such as '{{fan = {{pays = 0.7}}}}' ({error})") from None
    except RecursionError:
        raise invalid("kinds", text, "a table that is not nested so deeply") from None


def _to_kind(name: str, given: Any) -> BuyerKind:
    if isinstance(given, BuyerKind):
        return given
    if not isinstance(given, Mapping):
        raise invalid(f"kinds.{name}", given, "its parameters by name, such as {pays = 0.7}")
    try:
        return BuyerKind.from_settings(given)
    except SettingError as error:
        raise SettingError(f"kinds.{name}: {error}") from None


def _plain(value: object) -> Any:
    match value:
        case timedelta():
            return format_duration(value)
        case Span():
            return str(value)
        case Mapping():
            return {str(tickets): weight for tickets, weight in value.items()}
    return value
