"""Runs a scenario against a database: an event of its own, the workers, and what they leave to `finish`."""

import time
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime
from math import inf
from typing import TYPE_CHECKING, Any, cast

from psycopg import Connection

from booking_sim import queries
from booking_sim.booking import create_event
from booking_sim.database import connect, open_server
from booking_sim.database.migrations import migrate
from booking_sim.errors import BookingSimError
from booking_sim.load_generator.crew import Crew
from booking_sim.load_generator.interrupt import interruptible
from booking_sim.load_generator.progress import Progress
from booking_sim.load_generator.tally import Tally
from booking_sim.load_generator.worker.journey import Terms
from booking_sim.load_generator.worker.messages import Share
from booking_sim.observer.messages import Watch
from booking_sim.observer.observer import Observer, Sightings
from booking_sim.scenario.scenario import MOST_BUYERS, Scenario
from booking_sim.skip_depth.measure import Measure, find_prelude
from booking_sim.strategies import Strategy, find, scratch

if TYPE_CHECKING:
    from booking_sim.live import LiveView
    from booking_sim.result.result import SurgeResult

OURS = 2
"""Connections besides those of the workers."""
_ENDING_S, _LOOK_S = 1.0, 0.01


def run(
    scenario: Scenario, *, url: str | None, progress: bool | None, live: bool, executor: Executor | None
) -> "SurgeResult":
    """Do what `booking_sim.surge` promises."""
    if executor is not None and not hasattr(executor, "submit"):
        raise BookingSimError(
            f"executor={executor!r} will not do: give one of concurrent.futures, such as ProcessPoolExecutor(3)."
        )
    strategy = find(scenario.strategy)
    with open_server(url) as server, _place(server.url, strategy) as place:
        began_at = datetime.now(UTC)
        with connect(place) as connection:
            _check_headroom(connection, scenario.connections)
            title = f"surge of {began_at:%Y-%m-%d %H:%M:%S} UTC"
            event_ids = [create_event(connection, title, scenario.tickets) for _ in range(scenario.events)]
            name = f"booking_sim surge {event_ids[0]}"
            measure = _measure(connection, scenario.depth_every)
        shares = _shares(scenario, strategy, event_ids, url=place, application_name=name, measure=measure)
        watch = Watch(place, f"booking_sim observer {event_ids[0]}", tuple(event_ids) if live else ())
        with interruptible() as interrupt:
            tally = Tally(buyers=scenario.crowd, tickets=scenario.events * scenario.tickets)
            observer = Observer(watch)
            with (
                _show(tally, observer.sightings, progress=progress, live=live) as view,
                observer,
                Crew(shares, executor) as crew,
            ):
                from booking_sim.load_generator.finish import finish  # noqa: PLC0415  brings pandas: while the processes start

                observer.wait(lambda: not interrupt.times)
                account = crew.work(interrupt, view.add, observer.start)
                _await_end_of_sessions(place, name)
                sightings = observer.stop()
            with connect(place) as connection:
                return finish(
                    connection,
                    account,
                    sightings,
                    scenario=scenario,
                    strategy=strategy,
                    measure=measure,
                    event_ids=event_ids,
                    application_name=name,
                    source=server.source,
                    began_at=began_at,
                )


def _show(tally: Tally, sightings: Sightings, *, progress: bool | None, live: bool) -> "Progress | LiveView":
    """What shows the run to somebody: the live view if it is wanted and there is a page for it, else a bar."""
    if live:
        from booking_sim.live import LiveView, is_possible  # noqa: PLC0415  brings widgets

        if is_possible():
            return LiveView(tally, sightings)
    return Progress(tally, show=progress)


def _await_end_of_sessions(url: str, application_name: str) -> None:
    """Let the server end what workers have left, so that what it counts is complete when it is last looked at."""
    deadline = time.monotonic() + _ENDING_S
    with connect(url) as connection:
        while time.monotonic() < deadline:
            row = connection.execute(queries.load("surge/sessions"), {"application_name": application_name}).fetchone()
            if row == (0,):
                return
            time.sleep(_LOOK_S)


@contextmanager
def _place(url: str, strategy: Strategy) -> Iterator[str]:
    """Where a strategy runs: the default in the database that was given, any other in a scratch database beside it."""
    if strategy == find("default"):
        migrate(url)
        yield url
    else:
        with scratch(url, strategy) as scratch_url:
            yield scratch_url


def _shares(scenario: Scenario, strategy: Strategy, event_ids: Sequence[int], **common: Any) -> list[Share]:
    """Deal buyers and connections out to the workers: to each worker every so many-th, from its own number on."""
    terms = Terms(
        kinds=dict(scenario.kinds),
        event_ids=event_ids,
        quantity=scenario.quantity,
        hold_s=scenario.seconds(scenario.hold),
        time_scale=scenario.time_scale,
        retry=strategy.retry,
        seed=scenario.seed,
    )
    workers, schedule = scenario.workers, scenario.schedule
    crowd = MOST_BUYERS if scenario.crowd is None else scenario.crowd
    return [
        Share(
            terms=terms,
            worker=worker,
            workers=workers,
            connections=range(worker, scenario.connections, workers),
            buyers=len(range(worker, crowd, workers)),
            duration_s=inf if scenario.duration is None else scenario.seconds(scenario.duration),
            times=None if schedule is None else array("d", schedule.share(worker, workers)),
            **common,
        )
        for worker in range(workers)
    ]


def _measure(connection: Connection[Any], every: int) -> Measure | None:
    return Measure(every, find_prelude(connection)) if every else None


def _check_headroom(connection: Connection[Any], wanted: int) -> None:
    row = connection.execute(queries.load("surge/headroom")).fetchone()
    allowed, reserved, in_use = cast("tuple[int, int, int]", row)
    free = allowed - reserved - in_use - OURS
    if wanted > free:
        raise BookingSimError(
            f"connections={wanted} is more than the server has left, {free}: max_connections is {allowed}, "
            f"{reserved} are reserved, {in_use} in use, {OURS} are for the observer and the audit. "
            f"Ask for at most {free}, or raise max_connections."
        )
