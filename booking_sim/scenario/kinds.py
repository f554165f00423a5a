"""What kinds of buyers there are, and how each behaves: every rate of it is a parameter here."""

import dataclasses
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from numbers import Integral, Real
from random import Random
from typing import Any

from booking_sim.durations import format_duration, parse_duration
from booking_sim.errors import BookingSimError
from booking_sim.scenario.spans import Span, parse_span

_INSTANT = Span(timedelta(0), timedelta(0))
_SECOND = Span(timedelta(seconds=1), timedelta(seconds=1))
_LONGEST = timedelta(days=31)


class Payment(StrEnum):
    """What becomes of the payment for a hold."""

    PAYS = "pays"
    """It succeeds after the thinking time: confirm."""
    FAILS = "fails"
    """It fails after the thinking time: release."""
    LATE = "late"
    """It succeeds, the thinking time after the hold has run out: confirm, which must not sell."""
    NEVER = "never"
    """The buyer is gone, and the hold runs out."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of buyer.

    Lengths of time are of the buyer's life, as people count it: a run's time scale makes them shorter. Those that are
    drawn are `20s` (always), `10s..40s` (all alike) or `~20s` (exponential, with that mean).

    Raises:
        BookingSimError: A parameter is of another kind or out of its range, or two contradict each other.
    """

    share: float = field(
        default=1.0, metadata={"help": "Its part of all buyers, beside the shares of the other kinds."}
    )
    quantity: int | Mapping[int, float] | None = field(
        default=None,
        metadata={"help": "Tickets it asks for: a number, or how likely each number is; else the scenario's quantity."},
    )
    pays: float = field(default=0.0, metadata={"help": "How likely a hold is paid for in time: confirm."})
    fails: float = field(default=0.0, metadata={"help": "How likely its payment fails: release."})
    late: float = field(default=0.0, metadata={"help": "How likely it is paid for after it has run out: confirm."})
    think: Span = field(
        default=_INSTANT, metadata={"help": "From the hold to the payment; if late, from its deadline."}
    )
    patience: timedelta | None = field(
        default=None, metadata={"help": "How long it waits for an answer, then it leaves; else for ever."}
    )
    tries: int = field(
        default=10, metadata={"help": "Calls it makes at most where the answer is 'contended' or was lost on its way."}
    )
    refreshes: int = field(default=0, metadata={"help": "How often it asks again after 'sold out'."})
    refresh_after: Span = field(default=_SECOND, metadata={"help": "From a refusal to asking again."})
    at_once: int = field(
        default=1, metadata={"help": "Holds it tries for at the same time: 1 for people, more for bots."}
    )

    def __post_init__(self) -> None:
        for name in ("share", "pays", "fails", "late"):
            self._take_number(name)
        if not self.share:
            raise _refusal("share", self.share, "a number above 0; leave out a kind that never comes")
        likely = self.pays + self.fails + self.late
        if likely > 1 + 1e-9:
            raise BookingSimError(
                f"pays={self.pays:g}, fails={self.fails:g} and late={self.late:g} are {likely:g} together:"
                " give at most 1; the rest never pays."
            )
        for name in ("think", "refresh_after"):
            self._take_span(name)
        self._take_patience()
        self._take_whole("tries", 1, 1000)
        self._take_whole("refreshes", 0, 1000)
        self._take_whole("at_once", 1, 1000)
        self._take_quantity()

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> "Kind":
        """Make a kind of parameters by name; what is not named keeps its default.

        Raises:
            BookingSimError: a name is unknown, or Kind refuses a value.
        """
        names = [parameter.name for parameter in dataclasses.fields(cls)]
        for name in settings:
            if name not in names:
                raise BookingSimError(f"there is no parameter '{name}': choose from {', '.join(names)}.")
        return cls(**settings)

    def to_dict(self) -> dict[str, Any]:
        """The parameters that are not at their default, as JSON and TOML can hold them."""
        changed: dict[str, Any] = {}
        for parameter in dataclasses.fields(self):
            value = getattr(self, parameter.name)
            if value != parameter.default:
                changed[parameter.name] = _plain(value)
        return changed

    @property
    def most_tickets(self) -> int:
        """The greatest quantity that it may ask for; 0 if that is the scenario's to say."""
        return max(self.quantity) if isinstance(self.quantity, Mapping) else self.quantity or 0

    def draw_quantity(self, dice: Callable[[], Random]) -> int:
        """How many tickets one buyer asks for, of a kind that says so."""
        if isinstance(self.quantity, Mapping):
            return dice().choices([*self.quantity], [*self.quantity.values()])[0]
        return self.quantity or 1

    def draw_payment(self, dice: Callable[[], Random]) -> Payment:
        """What becomes of one buyer's payment."""
        if not self.pays + self.fails + self.late:
            return Payment.NEVER
        drawn = dice().random()
        for payment, likely in ((Payment.PAYS, self.pays), (Payment.FAILS, self.fails), (Payment.LATE, self.late)):
            if drawn < likely:
                return payment
            drawn -= likely
        return Payment.NEVER

    def _take_number(self, name: str) -> None:
        value: Any = getattr(self, name)
        most = 1e9 if name == "share" else 1
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not (number and 0 <= value <= most):
            raise _refusal(name, value, f"a number from 0 to {most:g}")
        object.__setattr__(self, name, float(value))

    def _take_whole(self, name: str, least: int, most: int) -> None:
        value: Any = getattr(self, name)
        if not _is_whole(value) or not least <= value <= most:
            raise _refusal(name, value, f"a whole number from {least} to {most:,}")
        object.__setattr__(self, name, int(value))

    def _take_span(self, name: str) -> None:
        value: Any = getattr(self, name)
        if isinstance(value, str):
            try:
                value = parse_span(value)
            except BookingSimError as error:
                raise BookingSimError(f"{name}: {error}") from None
        if not isinstance(value, Span):
            raise _refusal(name, value, "a length of time as text, such as 20s, 10s..40s or ~20s")
        object.__setattr__(self, name, value)

    def _take_patience(self) -> None:
        value: Any = self.patience
        if isinstance(value, str):
            value = parse_duration(value)
        if value is not None and not (isinstance(value, timedelta) and timedelta(0) < value <= _LONGEST):
            raise _refusal("patience", self.patience, "a length of time above 0 and at most 31 days, such as 30s")
        object.__setattr__(self, "patience", value)

    def _take_quantity(self) -> None:
        value: Any = self.quantity
        if isinstance(value, Mapping):
            try:
                likely = {int(number): float(weight) for number, weight in value.items()}
            except (TypeError, ValueError):
                likely = {}
            if likely and min(likely) >= 1 and min(likely.values()) >= 0 and sum(likely.values()) > 0:
                object.__setattr__(self, "quantity", likely)
                return
        elif value is None or (_is_whole(value) and value >= 1):
            return
        raise _refusal("quantity", value, "a whole number from 1, or how likely each is, such as {1 = 0.3, 2 = 0.7}")


def read_kinds(given: Any) -> dict[str, Kind]:
    """Read kinds by name: from kinds, tables of their parameters, or text as in a scenario file.

    Raises:
        BookingSimError: It is none of these, or a parameter will not do.
    """
    if isinstance(given, str):
        try:
            given = tomllib.loads(f"kinds = {given}")["kinds"]
        except tomllib.TOMLDecodeError as error:
            raise BookingSimError(
                f"kinds={given} cannot be read ({error}): write it like '{{fan = {{pays = 0.7}}}}'."
            ) from None
    if not isinstance(given, Mapping) or not given:
        raise BookingSimError(
            f"kinds={given} will not do: give each kind's name and its parameters, such as {{'fan': {{'pays': 0.7}}}}."
        )
    return {str(name): _kind(str(name), kind) for name, kind in given.items()}


def _kind(name: str, given: Any) -> Kind:
    if isinstance(given, Kind):
        return given
    if not isinstance(given, Mapping):
        raise BookingSimError(f"kinds.{name}={given} will not do: give its parameters by name, such as {{pays = 0.7}}.")
    try:
        return Kind.from_settings(given)
    except BookingSimError as error:
        raise BookingSimError(f"kinds.{name}: {error}") from None


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _refusal(name: str, value: object, wants: str) -> BookingSimError:
    return BookingSimError(f"{name}={value} will not do: give {wants}.")


def _plain(value: object) -> Any:
    match value:
        case timedelta():
            return format_duration(value)
        case Span():
            return str(value)
        case Mapping():
            return {str(number): weight for number, weight in value.items()}
    return value
