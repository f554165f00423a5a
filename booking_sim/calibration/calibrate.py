"""A ladder of short closed-loop surges, with anchors between them, becomes a model of the server."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import pandas as pd

from booking_sim.calibration import usl
from booking_sim.errors import BookingSimError
from booking_sim.forecasting.server_model import Floats, ServerModel
from booking_sim.load_generator.run import surge
from booking_sim.result.result import SurgeResult
from booking_sim.scenario.kinds import BuyerKind

LEVELS: Final = (1, 2, 4, 8, 16, 32)
ANCHOR: Final = 8
"""Connections of the surges between the levels, which show whether the machine's speed changes."""
TICKETS: Final = 1500
KINDS: Final = {"buyer": BuyerKind(pays=0.4, fails=0.3)}
"""Of those who get a ticket: so that confirm, release and tickets that come back are measured too."""
DRIFT_REPEAT: Final = 1.15
DRIFT_REFUSED: Final = 1.5
REPEAT_S: Final = 300.0
_MOST_SAMPLES: Final = 2000
_LEAST_SAMPLES: Final = 20


def calibrate(
    *,
    url: str | None = None,
    levels: Sequence[int] = LEVELS,
    tickets: int = TICKETS,
    strategy: str = "default",
    on_level: Callable[[int], None] = lambda _: None,
) -> ServerModel:
    """Measure a server with a ladder of short surges.

    Args:
        url: The database, as a libpq URL. None: as `surge`.
        levels: Numbers of calls in flight to measure, ascending.
        tickets: Tickets of each surge; three times as many buyers come.
        strategy: How tickets are claimed.
        on_level: Told of each level before it is measured.

    Returns:
        The model, with its manifest.

    Raises:
        BookingSimError: The speed of the machine changed by more than a half meanwhile, or
            a surge failed.
    """
    began = datetime.now(UTC)
    samples: dict[tuple[str, int], Floats] = {}
    deadline = time.monotonic() + REPEAT_S
    pending, anchors, rates = list(levels), [], {}
    result = None
    while pending:
        level = pending.pop(0)
        on_level(level)
        before = _rate(_run(url, ANCHOR, tickets, strategy))
        result = _run(url, level, tickets, strategy)
        after = _rate(_run(url, ANCHOR, tickets, strategy))
        anchors += [before, after]
        rates[level] = _rate(result)
        samples |= {(name, level): seconds for name, seconds in _samples(result, level).items()}
        if max(before, after) / min(before, after) > DRIFT_REPEAT and time.monotonic() < deadline:
            pending.append(level)
    spread = float(np.exp(np.abs(np.log(anchors) - np.median(np.log(anchors))).max()))
    if spread > DRIFT_REFUSED:
        raise BookingSimError(
            f"The machine's speed changed {spread:.2f} times during the calibration, more than {DRIFT_REFUSED}: run it"
            " again when the machine is quiet."
        )
    return ServerModel(
        levels=tuple(levels),
        samples=samples,
        usl=usl.fit([*rates], [*rates.values()]),
        spread=spread,
        manifest=_manifest(result, began, strategy, tickets)
        | {"anchors": [round(rate, 1) for rate in anchors], "rates": {str(level): rates[level] for level in levels}}
        | ({"warning": f"the machine's speed changed {spread:.2f} times"} if spread > DRIFT_REPEAT else {}),
    )


def _run(url: str | None, connections: int, tickets: int, strategy: str) -> SurgeResult:
    result = surge(
        url=url, progress=False, tickets=tickets, buyers=3 * tickets, connections=connections, hold="1h",
        workers=min(2, connections), kinds=KINDS, strategy=strategy, depth_every=0, cold=False,
    )  # fmt: skip
    if not result.ok:
        raise BookingSimError(f"A surge of the calibration failed: {result.headline}.")
    return result


def _rate(result: SurgeResult) -> float:
    return float(result.summary()["throughput"])


def _samples(result: SurgeResult, level: int) -> dict[str, Floats]:
    """Latencies by class, in seconds, in order; not those of the end of the run, with fewer calls in flight."""
    attempts = result.attempts.sort_values("sent_at", kind="stable").iloc[: -level or None]
    names = attempts["outcome"].astype(str)
    again = _held_again(result.holds)
    names = names.mask((names == "held") & attempts["intent_id"].isin(again), "returned")
    seconds = attempts["latency_ms"].to_numpy() / 1000
    is_cold = attempts["is_first_call"].to_numpy(dtype=bool)
    found: dict[str, Floats] = {}
    for name in ("held", "returned", "sold_out", "confirmed", "expired", "released"):
        warm = seconds[(names == name).to_numpy() & ~is_cold][:_MOST_SAMPLES]
        if len(warm) >= _LEAST_SAMPLES:
            found[name] = warm
        cold = seconds[(names == name).to_numpy() & is_cold]
        if len(cold):
            found[f"cold_{name}"] = cold
    return found


def _held_again(holds: pd.DataFrame) -> pd.Series:
    """The intents of holds one of whose tickets was held before."""
    each = holds.explode("ticket_nos").sort_values("held_at", kind="stable")
    again: pd.Series = each.loc[each.duplicated(["event", "ticket_nos"]), "intent_id"]
    return again


def _manifest(result: SurgeResult | None, began: datetime, strategy: str, tickets: int) -> dict[str, Any]:
    told: Any = {} if result is None else result.manifest
    machine, server = told["machine"], told["server"]
    return {
        "name": f"{machine['cpus']} cores with PostgreSQL {server['version']}, calibrated {began:%Y-%m-%d}",
        "calibrated_at": began.isoformat(timespec="seconds"),
        "strategy": strategy,
        "version": version("booking-sim"),
        "tickets": tickets,
        "machine": machine,
        "server": server,
    }
