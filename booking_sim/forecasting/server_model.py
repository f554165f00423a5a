"""A model of a server: how long it takes for a call, by what comes of it and by the calls in flight beside it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri  # type: ignore[import-untyped]

from booking_sim.errors import BookingSimError, SettingError
from booking_sim.forecasting.layout import CLASSES, COLD
from booking_sim.scenario.draws import mix, step, unit
from booking_sim.scenario.scenario import Scenario
from booking_sim.strategies import find

Floats = npt.NDArray[np.float64]

NAMES: Final = ("held", "returned", "sold_out", "confirmed", "expired", "released")
"""The classes of calls, in the order of `layout`: `returned` is a hold of a ticket that was held before."""

_INSTEAD: Final = {
    "returned": "held",
    "sold_out": "held",
    "confirmed": "held",
    "expired": "confirmed",
    "released": "confirmed",
}
"""What a class is taken for that was never measured."""
_MOST_SAMPLES: Final = 2000
_FORMAT: Final = 2
_SPEED: Final = 0x5EED_0FA5
"""Sets the draw of a run's speed apart from all others."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ServerModel:
    """A server, measured or made up.

    Attributes:
        levels: Numbers of calls in flight at which it was measured, ascending.
        samples: By class, one of NAMES or `cold_` and such a name, and level: latencies
            in seconds, in the order in which they were measured.
        block: How many samples that follow each other are drawn together: slow moments
            of a server last longer than one call.
        usl: The Universal Scalability Law fitted to its throughput: `rate` (calls a
            second with one in flight), `sigma`, `kappa`, and of each the interval.
        manifest: When, where and with what it was measured.
        extrapolated: What was not measured in it; empty if all was.
        spread: The run-to-run ratio of its throughput, 1 or more: the standard
            deviation of the logarithm, as a factor. Each seed of a forecast has a
            speed drawn with it.
    """

    levels: tuple[int, ...]
    samples: Mapping[tuple[str, int], Floats]
    block: int = 32
    usl: Mapping[str, Any] = field(default_factory=dict)
    manifest: Mapping[str, Any] = field(default_factory=dict)
    extrapolated: str = ""
    spread: float = 1.0

    @classmethod
    def constant(cls, latency_ms: float) -> "ServerModel":
        """A made-up server that takes the same time for each call, however many there are.

        Args:
            latency_ms: How long, in milliseconds.

        Returns:
            The model.
        """
        return cls._made_up(np.array([latency_ms / 1000]), f"a made-up server, {latency_ms:g} ms for each call")

    @classmethod
    def exponential(cls, mean_ms: float) -> "ServerModel":
        """A made-up server whose latencies are exponential, however many calls there are.

        Args:
            mean_ms: Their mean, in milliseconds.

        Returns:
            The model.
        """
        quantiles = (np.arange(1 << 16) + 0.5) / (1 << 16)
        return cls._made_up(-np.log1p(-quantiles) * mean_ms / 1000, f"a made-up server, exponential, {mean_ms:g} ms")

    @classmethod
    def _made_up(cls, latencies: Floats, name: str) -> "ServerModel":
        return cls(levels=(1,), samples={("held", 1): latencies}, block=1, manifest={"name": name, "made_up": True})

    def __repr__(self) -> str:
        return f"<ServerModel: {self.name}, {self.levels[0]} to {self.levels[-1]} calls in flight>"

    @property
    def name(self) -> str:
        """What the model is of, in a few words."""
        return str(self.manifest.get("name", "an unnamed server")) + (
            f", EXTRAPOLATED: {self.extrapolated}" if self.extrapolated else ""
        )

    def reference_latency(self, in_flight: npt.ArrayLike) -> Floats:
        """The mean latency of a reservation at a number of calls in flight, in seconds.

        Args:
            in_flight: The number, or an array of them.

        Returns:
            As many means. Between levels each is interpolated, both axes in
            logarithms. Above the greatest it grows with the number: the throughput is
            taken to stay that of the greatest level.
        """
        number = np.maximum(np.asarray(in_flight, dtype=float), 1)
        means = [self._class("held", level).mean() for level in self.levels]
        if self.manifest.get("made_up") and len(self.levels) == 1:
            return np.full(number.shape, means[0])
        within = np.exp(np.interp(np.log(number), np.log(self.levels), np.log(means)))
        return np.asarray(within * np.maximum(number / self.levels[-1], 1))

    def throughput(self, in_flight: npt.ArrayLike) -> Floats:
        """Answers per second by calls in flight: the Universal Scalability Law that was fitted (Gunther, 2007).

        Args:
            in_flight: The number, or an array of them.

        Returns:
            As many rates; of a made-up server, the number divided by the mean latency.
        """
        number = np.asarray(in_flight, dtype=float)
        if not self.usl:
            return np.asarray(number / self.reference_latency(number))
        rate, sigma, kappa = (self.usl[name]["value"] for name in ("rate", "sigma", "kappa"))
        return np.asarray(rate * number / (1 + sigma * (number - 1) + kappa * number * (number - 1)))

    def arrays(self, connections: int, *, seed: int = 0, cold: bool = True) -> dict[str, Any]:
        """The fields of `layout.Given` that say how long calls take.

        Args:
            connections: The greatest number of calls in flight.
            seed: Decides how fast the server is in this run, within its `spread`.
            cold: Whether connections are cold at the start.

        Returns:
            The fields by name.
        """
        in_flight = np.arange(connections + 1)
        nearest = np.abs(np.log(np.maximum(in_flight, 1))[:, None] - np.log(self.levels)[None, :]).argmin(axis=1)
        work, at = [], np.zeros((2 * CLASSES, len(self.levels), 2), np.int64)
        begun = 0
        for column, level in enumerate(self.levels):
            unit = float(self.reference_latency(level))
            laid_out: dict[int, tuple[Floats, int]] = {}  # samples that stand for several classes are laid out once
            for row, name in enumerate(NAMES):
                firsts = self._cold(name, level) if cold else np.zeros(0)
                for index, seconds in ((row, self._class(name, level)), (COLD + row, firsts)):
                    if id(seconds) not in laid_out:
                        work.append(seconds / unit)
                        laid_out[id(seconds)] = seconds, begun
                        begun += len(seconds)
                    at[index, column] = laid_out[id(seconds)][1] + np.array([0, len(seconds)])
        return {
            "slowdown": self.reference_latency(in_flight) * self.spread ** _normal(seed),
            "level_of": nearest.astype(np.int64),
            "work": np.concatenate(work),
            "work_at": at,
            "block": self.block,
        }

    def scaled(self, *, cores: float) -> "ServerModel":
        """The same server with another number of cores: an extrapolation, which every answer made with it says.

        A call is taken to be slowed down by the others in flight for each core: with four
        times the cores, four times as many calls in flight take as long as before. Locks
        and the disk do not become faster so, and are taken to do.

        Args:
            cores: How many.

        Returns:
            The scaled model.

        Raises:
            BookingSimError: It is not above 0, or the model does not say how many cores
                it was measured on.
        """
        measured = self.manifest.get("machine", {}).get("cpus")
        if not measured or not cores > 0:
            raise BookingSimError(
                f"cores={cores} is invalid: expected a number above 0, and a model that was measured on a known number."
            )
        factor = cores / measured
        levels = tuple(sorted({1, *(max(1, round(level * factor)) for level in self.levels)}))
        samples = {}
        for level in levels:
            nearest = min(self.levels, key=lambda one: abs(np.log(one * factor / level)))
            for name in (*NAMES, *(f"cold_{name}" for name in NAMES)):
                if (name, nearest) in self.samples:
                    unit = self.reference_latency(max(1.0, level / factor)) / self.reference_latency(nearest)
                    samples[name, level] = self.samples[name, nearest] * unit
        how = f"{cores:g} cores instead of the {measured:g} that were measured"
        return replace(self, levels=levels, samples=samples, extrapolated=how)

    def check(self, scenario: Scenario) -> None:
        """Refuse a scenario that the model says nothing about.

        Args:
            scenario: What is to be forecast.

        Raises:
            BookingSimError: The model was measured with another strategy, or by another
                version of the toolkit.
        """
        if self.manifest.get("made_up"):
            return
        self._refuse_other("strategy", self.manifest.get("strategy"), find(scenario.strategy).describe())
        measured = self.manifest.get("versions", {}).get("booking_sim")
        self._refuse_other("version of booking_sim", measured, version("booking-sim"))

    def check_server(self, server: Mapping[str, Any], machine: Mapping[str, Any]) -> None:
        """Refuse a server that is not the calibrated one.

        Args:
            server: What is known of it, as `Environment.server`.
            machine: What is known of the machine, as `Environment.machine`.

        Raises:
            BookingSimError: Another version of PostgreSQL, other settings, or another
                number of cores.
        """
        measured = self.manifest.get("server", {})
        self._refuse_other("version of PostgreSQL", measured.get("version"), server["version"])
        self._refuse_other("settings of the server", measured.get("settings"), server["settings"])
        self._refuse_other("number of cores", self.manifest.get("machine", {}).get("cpus"), machine["cpus"])

    @staticmethod
    def _refuse_other(what: str, measured: Any, wanted: Any) -> None:
        if measured != wanted:
            raise BookingSimError(
                f"The model of the server was calibrated with another {what}: {_differences(measured, wanted)}."
                " Calibrate it again."
            )

    def outside(self, scenario: Scenario) -> list[str]:
        """How far a scenario lies outside of what was calibrated.

        Args:
            scenario: What is to be forecast.

        Returns:
            A phrase for each way; none if it is inside.
        """
        if self.manifest.get("made_up"):
            return []
        ways = [self.extrapolated] if self.extrapolated else []
        if scenario.connections > self.levels[-1]:
            ratio = scenario.connections / self.levels[-1]
            ways.append(f"{scenario.connections:,} connections are {ratio:.1f} times the most calibrated")
        if self.manifest.get("tickets") and scenario.tickets > 10 * self.manifest["tickets"]:
            ways.append(f"{scenario.tickets / self.manifest['tickets']:,.0f} times the tickets of the calibration")
        most = max(kind.most_tickets or scenario.quantity for kind in scenario.kinds.values())
        if most > 1:
            ways.append(f"groups of up to {most} were not calibrated, only single tickets")
        return ways

    def save(self, path: str | Path) -> Path:
        """Write the model to a JSON file.

        Args:
            path: Where; an older one there is replaced.

        Returns:
            The path.
        """
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = {
            "format": _FORMAT,
            "manifest": dict(self.manifest),
            "usl": dict(self.usl),
            "spread": self.spread,
            "block": self.block,
            "levels": list(self.levels),
            "extrapolated": self.extrapolated,
            "microseconds": {
                f"{name} {level}": [round(1e6 * float(one)) for one in seconds[:_MOST_SAMPLES]]
                for (name, level), seconds in self.samples.items()
            },
        }
        path.write_text(json.dumps(parts) + "\n", encoding="utf-8")
        return path

    @classmethod
    def load(cls, path: str | Path) -> "ServerModel":
        """Read a model that `save` wrote.

        Args:
            path: Its file.

        Returns:
            The model.

        Raises:
            BookingSimError: There is none that can be read.
        """
        try:
            parts = json.loads(Path(path).read_text(encoding="utf-8"))
            samples: dict[tuple[str, int], Floats] = {}
            for key, microseconds in parts["microseconds"].items():
                name, _, level = key.partition(" ")
                samples[name, int(level)] = np.array(microseconds, dtype=float) / 1e6
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BookingSimError(
                f"{path} holds no model of a server that can be read ({error}): name one that `save` wrote."
            ) from None
        if parts["format"] != _FORMAT:
            raise BookingSimError(f"{path} holds a model of another version: measure it again.")
        return cls(
            levels=tuple(parts["levels"]),
            samples=samples,
            block=parts["block"],
            usl=parts["usl"],
            manifest=parts["manifest"],
            extrapolated=parts["extrapolated"],
            spread=parts["spread"],
        )

    def _cold(self, name: str, level: int) -> Floats:
        """First calls of a class on cold connections, from the one level at which they were measured, scaled."""
        for other in self.levels:
            seconds = self.samples.get((f"cold_{name}", other))
            if seconds is not None:
                return np.asarray(seconds * (self.reference_latency(level) / self.reference_latency(other)))
        return np.zeros(0)

    def _class(self, name: str, level: int) -> Floats:
        """Samples of a class at a level; if there are none, the nearest one's, scaled; else those of a like class."""
        if (name, level) in self.samples:
            return self.samples[name, level]
        measured = [other for other in self.levels if (name, other) in self.samples]
        if not measured:
            return self._class(_INSTEAD[name], level)
        nearest = min(measured, key=lambda other: abs(np.log(other / level)))
        held = (self._class("held", level).mean(), self._class("held", nearest).mean())
        return np.asarray(self.samples[name, nearest] * (held[0] / held[1]))


def _normal(seed: int) -> float:
    """A standard normal draw of the seed."""
    return float(ndtri(unit(mix(step(_SPEED, seed))) or 0.5))


def _differences(measured: Any, wanted: Any) -> str:
    """Two values, or of two tables the entries that differ."""
    if isinstance(measured, Mapping) and isinstance(wanted, Mapping):
        names = [name for name in wanted if measured.get(name) != wanted[name]]
        return ", ".join(f"{name} {measured.get(name)}, not {wanted[name]}" for name in names)
    return f"{measured}, not {wanted}"


def find_model(server: ServerModel | str | Path | None) -> ServerModel:
    """The model that is meant: itself, or that of a file.

    Raises:
        SettingError: Nothing says which.
        BookingSimError: There is no such file, or no model in it.
    """
    if server is None:
        raise SettingError(
            "server=None is invalid: expected a model of the server, such as ServerModel.exponential(5), or the file of"
            " one. On the command line: --latency or --server."
        )
    return server if isinstance(server, ServerModel) else ServerModel.load(server)
