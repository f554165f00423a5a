"""One worker without its process: its buyers on real connections, turn by turn."""

import time
from math import inf

from program import SECONDS

from booking_sim.load_generator.worker.dispatcher import Dispatcher
from booking_sim.load_generator.worker.event_loop import EventLoop
from booking_sim.load_generator.worker.messages import WorkerAssignment
from booking_sim.load_generator.worker.recorder import Recorder
from booking_sim.load_generator.worker.workload import Workload
from booking_sim.records.attempts import Attempt
from booking_sim.scenario.kinds import BuyerKind

NAME = "booking_sim surge test"
LOCK = "lock table booking.booking_intents in share mode"  # reads go on, a hold waits


class Stage:
    """A worker without its process; `rows` are its attempts."""

    def __init__(self, assignment):
        self.loop = EventLoop()
        self.recorder = Recorder(0)
        self.dispatcher = Dispatcher(assignment, self.loop, self.recorder)
        self.rows = []
        self.recorder.add = lambda request: self.rows.append(Attempt(*self.recorder._attempt(request)))
        self.dispatcher.pool.open()
        self.until(lambda: self.dispatcher.pool.is_complete)

    def until(self, condition):
        """Run the loop until a condition holds."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline
            self.loop.call_at(time.monotonic() + 0.01, int)  # so that it ends although nothing happens
            self.loop.run_once()
            self.dispatcher.dispatch()

    now = staticmethod(time.monotonic)

    def play(self):
        self.dispatcher.start(self.now())

    def end(self):
        self.until(lambda: self.dispatcher.is_done)


def assign(
    url,
    event_id,
    *,
    buyers=1,
    connections=1,
    times=None,
    retry=(),
    hold_s=300.0,
    payments_first=True,
    is_warmed=False,
    answer_timeout_s=60.0,
    kind=None,
):
    """The assignment of the only worker of a run."""
    workload = Workload({"fan": BuyerKind(**kind or {})}, (event_id,), 1, hold_s, 1.0, retry, 7)
    return WorkerAssignment(
        url=url,
        application_name=NAME,
        workload=workload,
        worker=0,
        workers=1,
        connections=range(connections),
        buyers=buyers,
        duration_s=inf,
        times=times,
        measure=None,
        payments_first=payments_first,
        is_warmed=is_warmed,
        answer_timeout_s=answer_timeout_s,
    )


def waiting(conn):
    """The backend of the stage that waits for a lock, as the parameters of a query; None if there is none."""
    return conn.execute(
        "select pid from pg_stat_activity"
        " where datname = current_database() and application_name = %s and wait_event_type = 'Lock'",
        [NAME],
    ).fetchone()
