"""Measured levels become a model of the server: latencies by class and calls in flight, and the throughput curve."""

import math
import statistics
from collections.abc import Sequence
from typing import Final

import pandas as pd

from booking_sim.calibration import usl
from booking_sim.calibration.ladder import ANCHOR, Rung, anchors_of
from booking_sim.errors import SettingError
from booking_sim.forecasting.layout import Floats
from booking_sim.forecasting.server_model import NAMES, ServerModel
from booking_sim.result.result import SurgeResult

_MOST_SAMPLES: Final = 2000
_LEAST_SAMPLES: Final = 20


def fit(rungs: Sequence[Rung], cold: SurgeResult | None = None, *, anchor: int = ANCHOR) -> ServerModel:
    """Make a model of what was measured; its manifest is still empty.

    Args:
        rungs: One per level, ascending.
        cold: A surge on cold connections, with as many as the last level; None: first calls take as long as others.
        anchor: Calls in flight of the anchor runs.

    Returns:
        The model. Its `spread` is the run-to-run ratio of the throughput: the standard deviation of the logarithms
        of the anchors, as a factor.

    Raises:
        SettingError: A level has too few holds to measure their latency.
    """
    anchors = anchors_of(rungs)
    samples: dict[tuple[str, int], Floats] = {}
    for rung in rungs:
        for name, seconds in _latencies(rung.result, is_first=False).items():
            if len(seconds) >= _LEAST_SAMPLES:
                samples[name, rung.level] = seconds[:_MOST_SAMPLES]
            elif name == "held":
                raise SettingError(
                    f"tickets={rung.result.scenario.tickets} is too few for {rung.level} calls in flight:"
                    f" {len(seconds)} holds can be measured, and at least {_LEAST_SAMPLES} are needed."
                )
    if cold is not None:
        for name, seconds in _latencies(cold, is_first=True).items():
            if len(seconds):
                samples[f"cold_{name}", rungs[-1].level] = seconds
    return ServerModel(
        levels=tuple(rung.level for rung in rungs),
        samples=samples,
        usl=usl.fit(
            [*(rung.level for rung in rungs), *(anchor for _ in anchors)], [*(rung.rate for rung in rungs), *anchors]
        ),
        spread=math.exp(statistics.stdev(map(math.log, anchors))),
    )


def _latencies(result: SurgeResult, *, is_first: bool) -> dict[str, Floats]:
    """Latencies by class, in seconds, in the order of sending, of first calls or of all others.

    The last calls, one for each connection, are left out: fewer and fewer are in flight then.
    """
    attempts = result.attempts.sort_values("sent_at", kind="stable").iloc[: -result.scenario.connections]
    attempts = attempts[attempts["is_first_call"].to_numpy(dtype=bool) == is_first]
    names = attempts["outcome"].astype(str)
    names = names.mask((names == "held") & attempts["intent_id"].isin(_held_again(result.holds)), "returned")
    seconds = attempts["latency_ms"].to_numpy(dtype=float) / 1000
    return {name: seconds[(names == name).to_numpy()] for name in NAMES}


def _held_again(holds: pd.DataFrame) -> pd.Series:
    """The intents of holds one of whose tickets was held before."""
    each = holds.explode("ticket_nos").sort_values("held_at", kind="stable")
    again: pd.Series = each.loc[each.duplicated(["event", "ticket_nos"]), "intent_id"]
    return again
