"""`calibrate`: measures a server with a ladder of short closed-loop surges, and makes a model of it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from booking_sim.calibration.fit import fit
from booking_sim.calibration.ladder import (
    ANCHOR,
    DRIFT_REPEATED,
    LEVELS,
    REPEAT_S,
    Rung,
    anchors_of,
    climb,
    drift,
)
from booking_sim.database import open_server
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.forecasting.server_model import ServerModel
from booking_sim.load_generator.run import surge
from booking_sim.result.result import SurgeResult
from booking_sim.scenario.kinds import BuyerKind
from booking_sim.scenario.scenario import Scenario

TICKETS: Final = 1500
KINDS: Final = {"buyer": BuyerKind(pays=0.4, fails=0.3)}
"""So that confirm, release and holds of returned tickets are measured too."""


def calibrate(
    *,
    url: str | None = None,
    levels: Sequence[int] = LEVELS,
    tickets: int = TICKETS,
    strategy: str = "default",
    repeat_s: float = REPEAT_S,
    on_surge: Callable[[int], None] = lambda _: None,
) -> ServerModel:
    """Measure a server with short surges, and make a model of it for `forecast`.

    Between the levels, anchor runs show whether the speed of the machine changes. The
    levels beside an anchor that differs by more than 15 % are measured again.

    Args:
        url: The database, as a libpq URL; None: as for `surge`.
        levels: Numbers of calls in flight to measure, ascending.
        tickets: Tickets of each surge; three times as many buyers come.
        strategy: How tickets are claimed: a name, or the path of an .sql file.
        repeat_s: For how many seconds levels are measured again at most.
        on_surge: Called with the number of connections before each surge.

    Returns:
        The model. A `warning` in its manifest says that the speed of the machine
        changed.

    Raises:
        BookingSimError: The speed of the machine changed by more than a half meanwhile,
            or a surge failed.

    Example:
        Measure once, forecast often:

            from booking_sim import calibrate, forecast

            model = calibrate()
            model.save("server.json")
            forecast("club_gig", server=model)
    """
    if not levels or [*levels] != sorted({*levels}) or levels[0] < 1:
        raise SettingError(f"levels={levels} is invalid: expected different whole numbers from 1, ascending.")
    scenario = Scenario(
        tickets=tickets, buyers=3 * tickets, hold="1h", kinds=KINDS, strategy=strategy, depth_every=0,
        connections=levels[-1], workers=min(2, levels[-1]), seed=0,
    )  # fmt: skip
    anchor = min(ANCHOR, levels[-1])
    began = datetime.now(UTC)
    with open_server(url) as server:

        def run(level: int, *, cold: bool = False) -> SurgeResult:
            on_surge(level)
            changed = scenario.replace(connections=level, workers=min(2, level), cold=cold)
            result = surge(changed, url=server.url, progress=False)
            if not result.ok:
                raise BookingSimError(f"A surge of the calibration failed: {result.headline}.")
            return result

        rungs = climb(run, levels, anchor=anchor, repeat_s=repeat_s)
        cold = run(levels[-1], cold=True)
    return replace(fit(rungs, cold, anchor=anchor), manifest=_manifest(rungs, began, tickets))


def _manifest(rungs: Sequence[Rung], began: datetime, tickets: int) -> dict[str, Any]:
    about = rungs[-1].result.manifest
    server, machine = about.environment.server, about.environment.machine
    changed = drift(rungs)
    return {
        "name": f"PostgreSQL {server['version']} on {machine['cpus']} cores, calibrated {began:%Y-%m-%d}",
        "calibrated_at": began.isoformat(timespec="seconds"),
        "tickets": tickets,
        "strategy": dict(about.strategy),
        "versions": about.environment.versions,
        "machine": machine,
        "server": server,
        "rates": {str(rung.level): round(rung.rate, 1) for rung in rungs},
        "anchors": [round(one, 1) for one in anchors_of(rungs)],
        "drift": round(changed, 3),
    } | ({"warning": f"the machine's speed changed by a factor of {changed:.2f}"} if changed > DRIFT_REPEATED else {})
