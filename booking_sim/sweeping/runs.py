"""The runs of a sweep: one folder each, so that what was done before an interruption need not be done again."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Final

import pandas as pd

from booking_sim.errors import SettingError
from booking_sim.load_generator.run import surge
from booking_sim.result.catalogue import KeptResult, kept_results
from booking_sim.result.folder import MANIFEST
from booking_sim.scenario.scenario import Scenario
from booking_sim.stats.metrics import METRICS
from booking_sim.sweeping.points import SweepPoint, scenario_at

PLAN: Final = "plan.json"
TABLE: Final = "runs.parquet"
"""One row per run, as `to_frame`."""
REPEAT: Final = "repeat"


class Runs:
    """Runs a scenario at points, and keeps each result.

    Args:
        folder: Where the folders of the runs are.
        scenario: What is run.
        url: The database; None: as `booking_sim.surge`.
    """

    def __init__(self, folder: Path, scenario: Scenario, url: str | None = None) -> None:
        self._folder, self._scenario, self._url = folder, scenario, url

    def done(self, point: SweepPoint, repeat: int) -> KeptResult | None:
        """The result of a run that was done before; what did not end, or was interrupted, is removed."""
        folder = self._of(point, repeat)
        for kept in (each for each in kept_results(self._folder) if each.folder == folder):
            if kept.is_finished and not kept.manifest.get("interrupted"):
                return kept
            kept.remove()
        return None

    def run(self, point: SweepPoint, repeat: int) -> KeptResult:
        """Run one, unless it was done before. The same repeat has the same seed at every point.

        Raises:
            KeyboardInterrupt: It was interrupted; what it had is removed.
            BookingSimError: As `booking_sim.surge`.
        """
        if (before := self.done(point, repeat)) is not None:
            return before
        scenario = scenario_at(self._scenario, point).replace(seed=self._scenario.seed + repeat - 1)
        folder = self._of(point, repeat)
        tags = {**{name: str(value) for name, value in point.items()}, REPEAT: str(repeat)}
        result = surge(scenario, url=self._url, progress=False, out=folder, tags=tags)
        kept = KeptResult(folder, json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        if result.manifest.interrupted:
            with suppress(OSError):
                kept.remove()
            raise KeyboardInterrupt
        return kept

    def _of(self, point: SweepPoint, repeat: int) -> Path:
        values = "-".join(f"{name}={_short(value)}" for name, value in point.items())
        return self._folder / f"{values}-{repeat}"


def in_turns(points: Sequence[SweepPoint], repeats: int, seed: int) -> Iterator[tuple[SweepPoint, int]]:
    """Each point once per repeat, in an order drawn anew for each, so that a drift of the machine affects all alike.

    Args:
        points: The points.
        repeats: How often each.
        seed: Decides the order.

    Yields:
        A point, and the number of the repeat, from 1 on.
    """
    for repeat in range(1, repeats + 1):
        order = [*points]
        Random(f"{seed} {repeat}").shuffle(order)  # noqa: S311  an order, no secret
        yield from ((point, repeat) for point in order)


def to_frame(runs: Sequence[tuple[SweepPoint, int, KeptResult]]) -> pd.DataFrame:
    """One row per run: the settings of its point, its `repeat`, its metrics, what limited it, and its `folder`.

    Args:
        runs: A point, the number of the repeat, and the result.

    Returns:
        The frame; a metric that was not reached is infinite, and one that there was nothing of is NaN.
    """
    return pd.DataFrame(
        [
            {
                **point,
                REPEAT: repeat,
                **{name: kept.manifest["summary"][name] for name in METRICS},
                **dict.fromkeys(kept.manifest["not_reached"], math.inf),
                "bottleneck": kept.manifest["generator"]["bottleneck"],
                "problems": len(kept.manifest["problems"]),
                "folder": kept.folder.name,
            }
            for point, repeat, kept in runs
        ]
    ).infer_objects()


def to_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of `to_frame` as JSON can hold them: what was not reached is null, and named in `not_reached`."""
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records"))
    numbers = frame.select_dtypes("number")
    for record, (_, row) in zip(records, numbers.iterrows(), strict=True):
        record["not_reached"] = [*row.index[row == math.inf]]
    return records


def _short(value: Any) -> str:
    """A value as part of a folder's name."""
    return (
        Path(str(value)).stem
        if str(value).endswith(".sql")
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def begin(folder: Path, plan: Mapping[str, Any]) -> None:
    """Write down what is run in a folder, or make sure that runs that go on there are the same.

    Args:
        folder: Where; made if it is missing.
        plan: What is run, as JSON can hold it.

    Raises:
        SettingError: It cannot be written, or the folder has runs of another plan.
    """
    path = folder / PLAN
    try:
        if path.exists() and json.loads(path.read_text(encoding="utf-8")) != plan:
            raise SettingError(
                f"'{folder}' has runs of other settings: name another folder, or the same settings to go on."
            )
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")
    except (OSError, ValueError) as error:
        if isinstance(error, SettingError):
            raise
        raise SettingError(f"Cannot keep runs in '{folder}' ({error}): name another folder.") from None
