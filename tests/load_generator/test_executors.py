"""Workers under executors of others: the same surge, and an executor that is afterwards as it was."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import psutil
import pytest
from program import SECONDS

from booking_sim import surge
from booking_sim.database import connect
from booking_sim.errors import BookingSimError
from booking_sim.load_generator import worker_launcher
from booking_sim.load_generator.worker.rendezvous import Rendezvous, connect_to_parent

SMALL = {"tickets": 30, "buyers": 300, "workers": 3, "connections": 6, "progress": False}
SESSIONS = (
    "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'booking_sim %'"
)


def processes(workers):
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


@pytest.fixture(params=[ThreadPoolExecutor, processes])
def executor(request):
    with request.param(3) as executor:
        yield executor


def test_it_plays_every_worker_and_is_left_as_it_was(executor, database):
    for _ in range(2):
        result = surge(**SMALL, url=database, executor=executor)
        assert (result.ok, result.partial) == (True, False)
        assert set(result.attempts["worker"]) == {0, 1, 2}
        assert len(result.attempts) == 300
        assert all(0 < busy < 1 for busy in result.manifest.generator.busy)
    assert executor.submit(gc.isenabled).result() is True
    if isinstance(executor, ProcessPoolExecutor):
        assert executor.submit(signal.getsignal, signal.SIGINT).result() is signal.default_int_handler


@pytest.mark.parametrize("room", [1, 2])
def test_one_that_is_too_small_is_told_and_nothing_goes_on(room, database, conn, monkeypatch):
    monkeypatch.setattr(worker_launcher, "_CONNECT_S", 0.5)
    words = (
        f"The executor runs fewer calls at the same time than workers=3: it began {room}, and no other for 0.5 s."
        " Pass an executor with room for 3, or use fewer workers."
    )
    with ThreadPoolExecutor(room) as executor:
        with pytest.raises(BookingSimError, match=words):
            surge(**SMALL, url=database, executor=executor)
        deadline = time.monotonic() + SECONDS
        while conn.execute(SESSIONS).fetchone() != (0,):  # the server notices a moment later that the workers have left
            assert time.monotonic() < deadline
        assert surge(**SMALL | {"workers": room}, url=database, executor=executor).ok


def test_a_worker_that_is_killed_in_it_is_told_of(database, first_hold):
    with processes(2) as executor:

        def kill_one():
            first_hold()
            next(iter(executor._processes.values())).kill()

        thread = threading.Thread(target=kill_one)
        thread.start()
        settings = {"tickets": 50, "arrivals": "constant(rate=20, duration=10m)", "connections": 4}
        result = surge(**settings, url=database, executor=executor, progress=False)
        thread.join()
    assert result.partial
    assert result.summary()["audit_ok"]
    problems = result.manifest.problems
    assert len(problems) == 2  # such a pool ends all its processes when it loses one
    assert all("BrokenProcessPool: " in problem for problem in problems)
    with connect(database) as conn:
        assert conn.execute(SESSIONS).fetchone() == (0,)


@pytest.mark.parametrize("start", ["spawn", "fork"])
def test_ctrl_c_at_a_terminal_ends_it_in_good_order(start, database, conn, first_hold, tmp_path):
    """There it reaches the processes of the pool too: they leave it to the parent."""
    script = tmp_path / "script.py"
    script.write_text(f"""
import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from booking_sim import surge

if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=get_context({start!r})) as executor:
        arrivals = "constant(rate=50, duration=10m)"
        result = surge(tickets=50, arrivals=arrivals, connections=4, url={database!r}, executor=executor)
        print(json.dumps([result.manifest.problems, executor.submit(abs, -1).result()]))
""")
    script = subprocess.Popen(
        [sys.executable, "-W", "ignore", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    first_hold(script)
    pool = psutil.Process(script.pid).children(recursive=True)
    os.killpg(script.pid, signal.SIGINT)
    out, err = script.communicate(timeout=SECONDS)
    assert (json.loads(out), err) == ([["interrupted"], 1], "")
    assert not psutil.wait_procs(pool, timeout=SECONDS)[1]
    assert conn.execute(SESSIONS).fetchone() == (0,)


class Elsewhere(Executor):
    """Runs its calls where the parent's sockets are not."""

    def submit(self, fn, /, *_address):
        future = Future()
        future.set_result(fn("/nonexistent"))
        return future


def test_an_unusable_executor_is_one_line(database):
    over = ThreadPoolExecutor(1)
    over.shutdown()
    for executor, words in (
        (3, "executor=3 is invalid: expected one of concurrent.futures"),
        (over, "The executor accepts no calls [(]RuntimeError: cannot schedule new futures after shutdown[)]"),
        (
            Elsewhere(),
            "did not start. worker 0: ended without a message; an executor has to run its calls on this machine",
        ),
    ):
        with pytest.raises(BookingSimError, match=words):
            surge(**SMALL, url=database, executor=executor)


def test_a_socket_accepts_one_worker_once():
    rendezvous = Rendezvous([7])
    address = rendezvous.addresses[7]
    ours = connect_to_parent(address)
    [listener] = rendezvous.listeners
    worker, theirs = rendezvous.accept(listener)
    theirs.send("hello")
    assert (worker, ours.recv(), rendezvous.listeners) == (7, "hello", {})
    with pytest.raises(FileNotFoundError):
        connect_to_parent(address)
    ours.close()
    theirs.close()


def test_a_worker_that_is_never_accepted_is_disconnected():
    rendezvous = Rendezvous([0])
    ours = connect_to_parent(rendezvous.addresses[0])
    rendezvous.close()
    with ours, pytest.raises(EOFError):
        ours.recv()
