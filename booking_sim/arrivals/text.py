"""Arrivals as text, for the command line and TOML: `constant(rate=500, duration=30s) + burst(5000, at=10s)`."""

import re

import attrs

from booking_sim.arrivals.parameters import name_of, parameters
from booking_sim.arrivals.profile import Poisson, Profile
from booking_sim.arrivals.recorded import Counted, Recorded
from booking_sim.arrivals.shapes import Burst, Constant, Ramp, Spike, Stages
from booking_sim.errors import SettingError
from booking_sim.validation import invalid, show, suggest

PROFILES: dict[str, type[Profile]] = {
    name_of(profile): profile for profile in (Constant, Ramp, Spike, Burst, Stages, Poisson, Recorded, Counted)
}
_EXAMPLE = "constant(rate=500, duration=30s) + burst(5000, at=10s)"
_TOKEN = re.compile(r'\s*(?:(?P<mark>[(),=+])|"(?P<quoted>[^"]*)"|(?P<word>[^\s(),="+][^(),="]*))\s*')


def parse_arrivals(text: str) -> Profile:
    """Read a profile: `name(parameter=value, ...)`, or several with + between them.

    The names are those of the classes in lower case, the parameters theirs, in their order if not named. A length of
    time has its unit (`250ms`, `30s`, `5m`), a path with any of `,()=+` stands in quotes. `str` of a
    profile is its text, lengths of time to the microsecond.

    Raises:
        SettingError: A profile or a parameter is unknown, missing or given twice, a value is invalid, or it is
            written otherwise.
    """
    try:
        return _Reader(text).read()
    except RecursionError:
        raise SettingError(f"arrivals={show(text)} cannot be read: it is nested too deeply.") from None


class _Reader:
    """Reads from left to right, one token at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self) -> Profile:
        profile = self._sum()
        if self._at < len(self._text):
            raise self._unreadable()
        return profile

    def _sum(self) -> Profile:
        profile = self._call(self._word())
        while self._skips("+"):
            profile += self._call(self._word())
        return profile

    def _call(self, name: str) -> Profile:
        if not self._skips("("):
            raise self._unreadable()
        if name not in PROFILES:
            raise SettingError(f"arrivals: profile '{name}' is unknown: {suggest(name, PROFILES)}")
        arguments: list[tuple[str | None, str | Profile]] = []
        while not self._skips(")"):
            if arguments and not self._skips(","):
                raise self._unreadable()
            arguments.append(self._argument())
        return _make(PROFILES[name], arguments)

    def _argument(self) -> tuple[str | None, str | Profile]:
        value = self._value()
        if isinstance(value, str) and self._skips("="):
            return value, self._value()
        return None, value

    def _value(self) -> str | Profile:
        before = self._at
        word = self._word()
        if not self._sees("("):
            return word
        self._at = before
        return self._sum()

    def _word(self) -> str:
        token = _TOKEN.match(self._text, self._at)
        if token is None or token["mark"]:
            raise self._unreadable()
        self._at = token.end()
        return token["quoted"] or (token["word"] or "").strip()

    def _sees(self, mark: str) -> bool:
        token = _TOKEN.match(self._text, self._at)
        return token is not None and token["mark"] == mark

    def _skips(self, mark: str) -> bool:
        token = _TOKEN.match(self._text, self._at)
        if token is None or token["mark"] != mark:
            return False
        self._at = token.end()
        return True

    def _unreadable(self) -> SettingError:
        rest = self._text[self._at :].strip()
        where = f"from '{rest}' on" if rest else "to its end"
        return SettingError(f"arrivals={show(self._text)} cannot be read {where}: write it like '{_EXAMPLE}'.")


def _make(profile: type[Profile], arguments: list[tuple[str | None, str | Profile]]) -> Profile:
    known = parameters(profile)
    names = iter(known)
    given: dict[str, list[str | Profile]] = {}
    for named, value in arguments:
        first = next(iter(known))
        name = named or (first if known[first].many else next(names, None))
        if name is None:
            raise SettingError(f"{name_of(profile)} takes no more than {', '.join(known)}: leave out '{value}'.")
        if name not in known:
            raise SettingError(f"{name_of(profile)}: parameter '{name}' is unknown: {suggest(name, known)}")
        if name in given and not known[name].many:
            raise SettingError(f"{name_of(profile)}: {name} is given twice: expected once.")
        given.setdefault(name, []).append(value)
    for field in attrs.fields(profile):
        if field.name in known and field.default is attrs.NOTHING and field.name not in given:
            raise SettingError(f"{name_of(profile)} needs {field.name}: expected {known[field.name].text}.")
    values = {name: [_value(profile, name, value) for value in several] for name, several in given.items()}
    return profile(**{name: several if known[name].many else several[0] for name, several in values.items()})


def _value(profile: type[Profile], name: str, given: str | Profile) -> object:
    if isinstance(given, Profile):
        return given
    try:
        return parameters(profile)[name].read(given)
    except ValueError:
        raise invalid(f"{name_of(profile)}: {name}", given, parameters(profile)[name].text) from None
