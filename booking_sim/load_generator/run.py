"""Runs a scenario against a database: its own event, the workers, the observer, and the result."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Unpack

from psycopg import Connection

from booking_sim import queries
from booking_sim.booking import create_event
from booking_sim.database import connect, headroom, open_server
from booking_sim.database.embedded import Cluster
from booking_sim.database.explaining import explained
from booking_sim.database.headroom import RESERVED_CONNECTIONS
from booking_sim.database.migrations import migrate
from booking_sim.database.restarting import Restarts
from booking_sim.database.run_lease import surge_lease
from booking_sim.database.target import Server
from booking_sim.errors import BookingSimError, SettingError
from booking_sim.live.progress import Progress, View
from booking_sim.live.tally import Tally
from booking_sim.live.view import LiveView, is_possible
from booking_sim.load_generator.abort import Abort, parse_conditions
from booking_sim.load_generator.assignments import assignments
from booking_sim.load_generator.context import RunContext
from booking_sim.load_generator.evidence import Evidence
from booking_sim.load_generator.finish import finish
from booking_sim.load_generator.interrupt import interruptible
from booking_sim.load_generator.marks import collecting
from booking_sim.load_generator.workers import Workers
from booking_sim.notebook.stopping import stop_run_all
from booking_sim.observer.messages import Watch
from booking_sim.observer.observer import Observations, Observer
from booking_sim.records.batch import Batch
from booking_sim.result.beginning import begin, check_can_save
from booking_sim.result.environment import Environment
from booking_sim.result.folder import reserved_dir
from booking_sim.result.manifest import DepthMeasure, Manifest
from booking_sim.result.result import SurgeResult
from booking_sim.result.steps import Steps
from booking_sim.result.thresholds import Threshold
from booking_sim.scenario.ready import make_scenario
from booking_sim.scenario.scenario import Scenario, ScenarioSettings
from booking_sim.skip_depth.measure import Measure, find_prelude
from booking_sim.strategies import Strategy, find
from booking_sim.strategies.applying import scratch

_SESSIONS_TIMEOUT_S, _POLL_S = 1.0, 0.01


def surge(
    scenario: Scenario | str | Path | None = None,
    *,
    url: str | None = None,
    progress: bool | None = None,
    live: bool = False,
    executor: Executor | None = None,
    out: str | Path | None = None,
    name: str = "",
    tags: Mapping[str, str] | None = None,
    abort_on: Sequence[str] = (),
    restart: bool = False,
    **settings: Unpack[ScenarioSettings],
) -> SurgeResult:
    """Run a scenario against a real PostgreSQL: everybody comes at once.

    The surge gets an event of its own; what was in the database before stays as it is.
    A strategy other than the default runs in a scratch database on the same server,
    which is dropped when the result has been read. Buyers are played by worker
    processes that all start in the same instant. A buyer whose answer was `contended`,
    was lost with the connection, or is an SQLSTATE that the strategy names for it,
    repeats the request, ten times at most; every attempt is recorded. Ctrl-C, or a
    stopped cell, ends the surge in good order and returns what there is, marked as
    partial; in a notebook, Run All stops after that cell.

    Args:
        scenario: What to simulate: a scenario, the name of a ready one, or the path of
            a .toml file; the defaults of Scenario if None.
        url: The database, as a libpq URL. None: POSTGRES_URL, else the PG* variables,
            else the embedded server.
        progress: Whether to show a bar. None: on a terminal and in a notebook.
        live: In a notebook, show the run as it happens, with a button that stops it;
            where no such view can be shown, `progress` is what counts.
        executor: What runs the workers: an Executor of concurrent.futures, or anything
            with such a `submit`, that makes at least `workers` calls at once, on this
            machine. It stays usable. None: a process of its own for each worker.
            Threads share one interpreter, and so one CPU; a pool of processes that is
            given Ctrl-C loses those that are idle.
        out: A folder to save the result in; made if missing. Attempts are written there
            while the surge runs, so that they can be loaded whatever happens to this
            process. None: they are written to a temporary folder, which goes with the
            result; call `save` to keep it.
        name: What to call the run, to find it again: see `booking-sim results`.
        tags: What else to write down about it, such as {"branch": "main"}.
        abort_on: Conditions that end the run early, as partial, such as
            ["errors > 100"]; `booking_sim.load_generator.abort.LIVE` has the metrics.
        restart: Start the embedded server again if it dies during the run. It recovers
            what was committed; calls without an answer are repeated.
        **settings: Settings of Scenario by name; they override those of `scenario`. On
            sale: `events`, `tickets`. The buyers: `buyers`, `arrivals`, `duration`,
            `kinds`, `quantity`, `seed`. The rules: `hold`, `strategy`, `time_scale`.
            The machinery: `workers`, `connections`, `cold`, `payments_first`,
            `answer_timeout`, `warm_up`, `depth_every`. `help(Scenario)` says what each
            is.

    Returns:
        The result: every attempt, the inventory and the audit at the end, and the
        manifest.

    Raises:
        BookingSimError: A setting is invalid, the database cannot be reached or has too
            few connections left, the strategy's file does not apply or its scratch
            database may not be made, or the executor does not begin every worker.
            Nothing is raised after the first call: what is missing from the result then
            is said in `manifest.problems`.

    Example:
        Five thousand people, five hundred tickets, and the result:

            from booking_sim import surge

            result = surge(tickets=500, buyers=5000)
            result  # the answer and a picture
            result.summary()  # every metric
            result.overview()  # every picture
    """
    scenario = make_scenario(scenario, settings)
    if executor is not None and not hasattr(executor, "submit"):
        raise BookingSimError(
            f"executor={executor!r} is invalid: expected one of concurrent.futures, such as ProcessPoolExecutor(3)."
        )
    how: Any = {"url": url, "progress": progress, "live": live, "executor": executor}
    how |= {"abort_on": abort_on, "restart": restart}
    if out is None:
        return run(scenario, None, **how, name=name, tags=tags)
    with reserved_dir(Path(out), "surge") as folder:
        return run(scenario, folder, **how, name=name, tags=tags)


def run(
    scenario: Scenario,
    folder: Path | None,
    *,
    url: str | None = None,
    progress: bool | None = None,
    live: bool = False,
    executor: Executor | None = None,
    name: str = "",
    tags: Mapping[str, str] | None = None,
    abort_on: Sequence[str] = (),
    restart: bool = False,
) -> SurgeResult:
    """Do what `surge` promises, in a folder that is reserved for the result; None: in a temporary one."""
    check_can_save(scenario)
    conditions = parse_conditions(abort_on)
    strategy = find(scenario.strategy)
    stack = ExitStack()
    try:
        with explained():
            server = stack.enter_context(open_server(url))
            restarts = stack.enter_context(Restarts(_embedded(server) if restart else None))
            target_url, token = stack.enter_context(_target(server.url, strategy))
            context = _prepare(scenario, strategy, target_url, token, server.source)
        context = replace(context, manifest=replace(context.manifest, name=name, tags=dict(tags or {})))
        result = _run(context, folder, conditions, restarts, progress=progress, live=live, executor=executor)
    except BaseException:
        stack.__exit__(*sys.exc_info())
        raise
    after = Steps()
    with interruptible():  # one Ctrl-C more leaves nothing lying about
        after.take("the removal of what only the run needed", stack.close, None)
    result.add_problems(after.problems)
    if result.manifest.interrupted:
        stop_run_all("The surge was interrupted.")
    return result


def _embedded(server: Server) -> Cluster:
    if server.cluster is None:
        raise SettingError(
            f"restart=True is invalid for the server of {server.source}: only the embedded server can be started again."
        )
    return server.cluster


def _prepare(scenario: Scenario, strategy: Strategy, target_url: str, token: str, source: str) -> RunContext:
    """Create the events of a run, and find out what the server permits."""
    began_at = datetime.now(UTC)
    with connect(target_url) as connection:
        # The lease has its connection already.
        headroom.check(connection, scenario.connections, "connections", reserved=RESERVED_CONNECTIONS - 1)
        title = f"surge of {began_at:%Y-%m-%d %H:%M:%S} UTC"
        event_ids = [create_event(connection, title, scenario.tickets) for _ in range(scenario.events)]
        measure = _measure(connection, scenario.depth_every)
        manifest = Manifest(
            event_ids=event_ids,
            started_at=began_at.isoformat(),
            strategy=strategy.describe(),
            environment=Environment.read(connection, source),
            skip_depth=DepthMeasure(measure.every, bool(measure.prelude)) if measure else None,
        )
    return RunContext(
        scenario=scenario,
        strategy=strategy,
        event_ids=event_ids,
        measure=measure,
        target_url=target_url,
        token=token,
        manifest=manifest,
    )


def _run(
    context: RunContext,
    folder: Path | None,
    conditions: Sequence[Threshold],
    restarts: Restarts,
    *,
    progress: bool | None,
    live: bool,
    executor: Executor | None,
) -> SurgeResult:
    url, event_ids = context.target_url, tuple(context.event_ids)
    observer = Observer(Watch(url, f"booking_sim observer {context.token}", event_ids if live else ()))
    tally = Tally(buyers=context.scenario.buyer_count, tickets=context.scenario.events * context.scenario.tickets)
    with interruptible() as interrupt:
        steps, abort = Steps(interrupt), Abort(conditions, tally, interrupt)
        with (
            Evidence(folder, interrupt) as evidence,
            collecting() as marks,
            _view(tally, observer.observations, progress=progress, live=live) as view,
            observer,
            Workers(assignments(context), executor) as workers,
        ):
            begin(evidence.folder, context.scenario, context.manifest)

            def on_batch(batch: Batch) -> None:
                evidence.add(batch)
                if batch.connecting:
                    marks.add("connections lost", f"{sum(batch.connecting.values())} connections lost or refused")
                view.add(batch)
                abort.check()

            observer.wait(lambda: not interrupt.count)
            reports = workers.run(interrupt, on_batch, observer.start)
            steps.take("the server's last count of what it did", lambda: _await_end_of_sessions(context), None)
            observations = observer.stop()
            observations.columns["events"] = marks.columns()
        times = [at.isoformat() for at in restarts.at]
        context = replace(context, manifest=replace(context.manifest, server_restarts=times))
        result = finish(context, reports, observations, evidence.attempts, steps)
        result.manifest = replace(result.manifest, interrupted=interrupt.is_signalled)
        if folder is not None:
            result.save_in(folder, Steps(interrupt))  # Ctrl-C during the audit does not cut this short
            result.manifest = replace(result.manifest, interrupted=interrupt.is_signalled)
    return result


def _view(tally: Tally, observations: Observations, *, progress: bool | None, live: bool) -> View:
    """What shows the run: the live view if it is requested and possible, else a bar."""
    if live and is_possible():
        return LiveView(tally, observations)
    return Progress(tally, show=progress)


def _await_end_of_sessions(context: RunContext) -> None:
    """Wait until the server has ended the workers' sessions: only then its statistics count all that they did."""
    deadline = time.monotonic() + _SESSIONS_TIMEOUT_S
    parameters = {"application_name": context.application_name}
    with connect(context.target_url, application_name=f"booking_sim end {context.token}") as connection:
        while time.monotonic() < deadline:
            if connection.execute(queries.load("surge/sessions"), parameters).fetchone() == (0,):
                return
            time.sleep(_POLL_S)


@contextmanager
def _target(url: str, strategy: Strategy) -> Iterator[tuple[str, str]]:
    """Where a strategy runs: the default in the given database, any other in a scratch database beside it.

    Yields:
        The URL, and the token of the surge's lease there.
    """
    if strategy == find("default"):
        with surge_lease(url) as token:  # first the lease: a reset that is under way is waited for by the migration
            migrate(url)
            yield url, token
    else:
        with scratch(url, strategy) as scratch_url, surge_lease(scratch_url) as token:
            yield scratch_url, token


def _measure(connection: Connection[Any], every: int) -> Measure | None:
    return Measure(every, find_prelude(connection)) if every else None
