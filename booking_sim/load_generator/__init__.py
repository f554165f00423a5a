"""The load generator: a scenario, run against a real database."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from booking_sim.result.result import SurgeResult
    from booking_sim.scenario.scenario import Scenario


def surge(
    scenario: "Scenario | None" = None,
    *,
    url: str | None = None,
    progress: bool | None = None,
    live: bool = False,
    executor: "Executor | None" = None,
    **settings: Any,
) -> "SurgeResult":
    """Run a scenario against a real PostgreSQL: everybody comes at once.

    The surge gets an event of its own; what was in the database before stays as it is.
    A strategy other than the default runs in a scratch database on the same server,
    which is dropped when the result has been read. Buyers are played by worker
    processes that all start in the same instant. A buyer whose answer was `contended`,
    was lost with the connection, or is an SQLSTATE that the strategy wants answered so,
    asks again, at most ten times; every attempt is recorded. Ctrl-C, or a stopped cell,
    ends the surge in good order and returns what there is, marked as partial.

    Args:
        scenario: What to simulate; the defaults of Scenario if None.
        url: The database, as a libpq URL. None: POSTGRES_URL, else the PG* variables,
            else the embedded server.
        progress: Whether to show a bar. None: on a terminal and in a notebook.
        live: In a notebook, show the run as it happens, with a button that stops it;
            where nobody can look at such a view, `progress` is what counts.
        executor: What runs the workers: an Executor of concurrent.futures, or anything
            with such a `submit`, that makes at least `workers` calls at once, on this
            machine. It is left as it was, for other uses. None: a process of its own
            for each worker. Threads share one interpreter, and so one processor; a pool
            of processes that is given Ctrl-C loses those that are idle.
        **settings: Settings of Scenario by name; they override those of `scenario`. On
            sale: `events`, `tickets`. The crowd: `buyers`, `arrivals`, `duration`,
            `kinds`, `quantity`, `seed`. The rules: `hold`, `strategy`, `time_scale`.
            The machinery: `workers`, `connections`, `depth_every`. `help(Scenario)`
            says what each is.

    Returns:
        The result: every attempt, the inventory and the audit at the end, and the
        manifest.

    Raises:
        BookingSimError: A setting will not do, the database cannot be reached or has
            too few connections left, the strategy's file does not apply or its scratch
            database may not be made, or the executor does not begin every worker.

    Example:
        Five thousand people, five hundred tickets, and what came of it:

            from booking_sim import surge

            result = surge(tickets=500, buyers=5000)
            result  # the answer and a picture
            result.summary()  # every figure
            result.overview()  # every picture
    """
    from booking_sim.load_generator.run import run  # noqa: PLC0415
    from booking_sim.scenario.scenario import Scenario  # noqa: PLC0415  both bring what the workers do without

    return run(Scenario.given(scenario, settings), url=url, progress=progress, live=live, executor=executor)
