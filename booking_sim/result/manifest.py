"""The manifest of a surge: when, where and with what it was run, and what is missing from its result."""

from collections.abc import Mapping, Sequence
from dataclasses import Field, asdict, dataclass, field, fields, replace
from typing import Any, ClassVar, Protocol, Self

from booking_sim.result.environment import Environment


class WithEnvironment(Protocol):
    """A manifest of any kind: a dataclass with an environment."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def environment(self) -> Environment:
        """With what it was run."""


def flat(manifest: WithEnvironment) -> dict[str, Any]:
    """A manifest as JSON can hold it, the parts of its environment side by side with its own."""
    about = asdict(manifest)
    environment = about.pop("environment")
    return {**about, **environment}


@dataclass(frozen=True, slots=True)
class GeneratorReport:
    """How the load generator fared.

    Attributes:
        busy: The share of its time that each worker was working, from 0 to 1.
        delayed: The share of its time that each worker was kept from working, by others on its processor or because it
            was stopped, from 0 to 1.
        limit_per_s: Calls per second that its workers could have sent at most on this machine, by the CPU time that
            each call took them; None if none was sent.
        connecting: How many connections were lost or could not be made, by the reason.
        warm_up_error: Why connections were cold that were to be warmed; empty if there were none.
        bottleneck: What kept the surge from being faster: a name that `booking_sim.stats.bottleneck` gives.
    """

    busy: Sequence[float] = ()
    delayed: Sequence[float] = ()
    connecting: Mapping[str, int] = field(default_factory=dict)
    warm_up_error: str = ""
    limit_per_s: float | None = None
    bottleneck: str | None = None


@dataclass(frozen=True, slots=True)
class ObserverReport:
    """What the observer did.

    Attributes:
        sampling: How many samples of each frame it took and missed.
        problems: Why samples are missing, a line each.
        until_s: Its last report, in seconds since the start.
    """

    sampling: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    problems: Sequence[str] = ()
    until_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DepthMeasure:
    """How the skip depth was measured.

    Attributes:
        every: On every how many-th call.
        plans: Whether locked rows were counted too, which takes auto_explain.
    """

    every: int
    plans: bool


@dataclass(frozen=True, slots=True)
class TableReading:
    """When the tables were read, by which clock, and which workers' attempts are not all recorded.

    Attributes:
        started_at: The start of the run by the database's clock, in ISO 8601.
        read_at: When the tables were read, in seconds since then.
        lost_workers: The workers that were killed or cut off.
    """

    started_at: str
    read_at: float
    lost_workers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """When, where and with what a surge was run, and what is missing from its result.

    Attributes:
        event_ids: Its events in the database.
        started_at: When it began, by this machine's clock, in ISO 8601 with its offset.
        ended_at: When the last worker had ended; None if nobody was there to see it.
        interrupted: Whether there was a Ctrl-C, or another signal, before the result was complete.
        problems: What is missing, and why, a line each; empty if the run is complete and all of it was saved.
        strategy: The `file` and the `sha256` of how tickets were claimed.
        name: What the user calls it; empty if nothing.
        tags: What the user wrote down about it, by key.
        server_restarts: When the server had died and was started again, in ISO 8601.
        skip_depth: How the skip depth was measured; None if it was not.
        history: When the tables were read that the proof compares with the answers; None if they were not.
        generator: How the load generator fared.
        observer: What the observer did.
        environment: With what it was run.
    """

    event_ids: Sequence[int]
    started_at: str
    strategy: Mapping[str, str]
    environment: Environment
    name: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    server_restarts: Sequence[str] = field(default_factory=list)
    skip_depth: DepthMeasure | None = None
    ended_at: str | None = None
    interrupted: bool = False
    problems: Sequence[str] = ()
    history: TableReading | None = None
    generator: GeneratorReport = field(default_factory=GeneratorReport)
    observer: ObserverReport = field(default_factory=ObserverReport)

    @property
    def partial(self) -> bool:
        """Whether anything is missing."""
        return bool(self.problems)

    def with_problems(self, problems: Sequence[str]) -> Self:
        """The same, with more of what is missing."""
        return replace(self, problems=[*self.problems, *problems])

    def to_dict(self) -> dict[str, Any]:
        """The manifest as JSON can hold it; `from_dict` makes the same manifest of it."""
        return {**flat(self), "partial": self.partial}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave; other keys are left alone.

        Raises:
            KeyError: A key is missing.
            TypeError: A value has another type.
        """
        depth, history = values["skip_depth"], values["history"]
        parts: dict[str, Any] = {
            "environment": Environment(**_fields(Environment, values)),
            "skip_depth": None if depth is None else DepthMeasure(**_fields(DepthMeasure, depth)),
            "history": None if history is None else TableReading(**_fields(TableReading, history)),
            "generator": GeneratorReport(**_fields(GeneratorReport, values["generator"])),
            "observer": ObserverReport(**_fields(ObserverReport, values["observer"])),
        }
        plain = {each.name: values[each.name] for each in fields(cls) if each.name not in parts}
        return cls(**plain, **parts)


def _fields(of: type, values: Mapping[str, Any]) -> dict[str, Any]:
    return {each.name: values[each.name] for each in fields(of)}
