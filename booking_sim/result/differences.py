"""What two runs differ in, apart from their results: settings, strategy, server, machine, versions."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from booking_sim.result.result import SurgeResult

_ABSENT: Final = "none"


def differences(before: SurgeResult, after: SurgeResult) -> list[str]:
    """Name what two runs differ in, a line each: what it is, how it was before, how it is after.

    Args:
        before: One run.
        after: The other.

    Returns:
        Such as "connections: 8, then 16"; nothing if they differ in nothing that is known.
    """
    pairs = zip(_flat(before), _flat(after), strict=True)
    return [line for (name, old), (_, new) in pairs for line in _lines(name, old, new)]


def _flat(result: SurgeResult) -> Iterator[tuple[str, Any]]:
    about = result.manifest
    yield "", result.scenario.to_dict()
    yield "strategy", {"contents": about.strategy.get("sha256", "")[:12]}
    yield "server", {name: value for name, value in about.environment.server.items() if name != "settings"}
    yield "server", about.environment.server["settings"]
    yield "machine", about.environment.machine
    yield "version of", about.environment.versions
    yield "git", about.environment.git or {}


def _lines(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys([*before, *after]):
        old, new = (_ABSENT if values.get(key) is None else values[key] for values in (before, after))
        if old != new:
            yield f"{name} {key}: {old}, then {new}".strip()
