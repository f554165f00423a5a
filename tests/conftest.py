"""What the tests stand on: a server and a migrated template for each worker, and a database of its own for each test.

The server is the one that the product would use: POSTGRES_URL, the PG* variables, or the embedded one. An embedded one
belongs to its worker: checkpoints, connections and statistics of a server are those of one test at a time. Tests marked
`core` have a second half, `-m oldest`: the same on the oldest other PostgreSQL that is installed on this machine.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import psutil
import pytest
from program import COMMAND, SECONDS
from servers import Server, major, oldest

from booking_sim.cli import main
from booking_sim.database import connect, open_server
from booking_sim.database.embedded import BIN_DIR, Cluster

RUN = "BOOKING_SIM_TEST_RUN"  # names the folder of this test run, in the environment of every process that it starts
LEFT = pytest.StashKey[list[str]]()
FOLDER = "booking-sim-tests-"  # and the process of the run
MEMORY = Path("/dev/shm")
ROOM = 6 << 30  # bytes; the servers of a run were seen to need 2 GB


@pytest.fixture(scope="session")
def servers():
    """The servers of this worker, each started at its first use and kept to the end of the run."""
    with ExitStack() as stack:

        @cache
        def start(which):
            if which == "main":
                server = stack.enter_context(open_server())
                url, bin_dir = server.url, server.bin_dir
            elif oldest() is None:
                pytest.skip("no PostgreSQL from 15 on is installed here that is older than the embedded one")
            else:
                folder = Path(f"{os.environ['BOOKING_SIM_HOME']}-oldest")
                url, bin_dir = stack.enter_context(Cluster(folder, oldest())).url, oldest()
            admin = stack.enter_context(connect(url))
            return stack.enter_context(Server(url, bin_dir, admin).prepared())

        yield start


@pytest.fixture(scope="session")
def server(request, servers):
    """A running PostgreSQL: `url`, `bin_dir`, and an `admin` connection."""
    return servers(request.param)


@pytest.fixture
def database(server):
    """The URL of a migrated database of the test's own."""
    with server.database(server.template) as url:
        yield url


@pytest.fixture
def empty_database(server):
    """The URL of a database of the test's own, without a schema of ours."""
    with server.database("template0") as url:
        yield url


@pytest.fixture
def conn(database):
    """An autocommit connection to the test's database."""
    with connect(database) as connection:
        yield connection


@pytest.fixture
def run(database, tmp_path, monkeypatch, capsys):
    """Run `booking-sim` with arguments, in this process; its status, what it printed, and what it said on stderr.

    In a folder and on a database of the test's own. The environment can be added to; None takes a name out of it.
    """

    def run(*arguments, **environment):
        handler = signal.getsignal(signal.SIGTERM)
        with monkeypatch.context() as surroundings:
            surroundings.chdir(tmp_path)
            for name, value in ({"POSTGRES_URL": database} | environment).items():
                surroundings.delenv(name, raising=False)
                if value is not None:
                    surroundings.setenv(name, value)
            with pytest.raises(SystemExit) as end:
                main([*map(str, arguments)])
        signal.signal(signal.SIGTERM, handler)
        return end.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def start(database, tmp_path):
    """Start `booking-sim` as `run` does, in a process of its own, with signals and pipes; it is gone with the test."""
    started = []

    def start(*arguments, **environment):
        surroundings = os.environ | {"POSTGRES_URL": database} | environment
        process = subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env={name: value for name, value in surroundings.items() if value is not None},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def first_hold(conn, database):
    """Wait until the first hold is committed: the surge is under way."""
    conn.execute("""
        create function public.tell() returns trigger language plpgsql as
            $$ begin perform pg_notify('held', ''); return null; end $$;
        create trigger tell after insert on booking.booking_intents for each row execute function public.tell()
    """)
    with connect(database) as listener:
        listener.execute("listen held")

        def wait(process=None):
            """Fail as soon as the process that is to hold one has ended."""
            for _ in range(SECONDS):
                if list(listener.notifies(timeout=1, stop_after=1)):
                    return
                assert process is None or process.poll() is None, process.communicate()
            pytest.fail("nobody held a ticket")

        yield wait


@pytest.fixture
def rush_turn():
    """The turn of the one test at a time that opens hundreds of connections: two would be more than a server has."""
    with (Path(os.environ[RUN]) / "rush").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@pytest.fixture
def server_home():
    """A folder, not made yet, for a server of the test's own; open to the account that root starts servers as."""
    return Path(os.environ[RUN]) / secrets.token_hex(4)


def pytest_configure(config):
    if not is_worker(config):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process that a test starts compiles every module
        give_memory_back()
        folder = MEMORY if in_memory(config) else None
        os.environ[RUN] = tempfile.mkdtemp(prefix=f"{FOLDER}{os.getpid()}-", dir=folder)
        Path(os.environ[RUN]).chmod(0o711)  # when root tests, servers run as another account
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a script; it would be handed down
            signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["BOOKING_SIM_HOME"] = f"{os.environ[RUN]}/{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def pytest_report_header():
    main = "POSTGRES_URL" if "POSTGRES_URL" in os.environ else f"{major(BIN_DIR)} embedded"
    return f"PostgreSQL: {main}; marked oldest: {major(oldest()) if oldest() else 'none is installed that is older'}"


def pytest_generate_tests(metafunc):
    if "server" in metafunc.fixturenames:
        which = ["main"]
        marked = metafunc.definition.get_closest_marker
        if marked("core") and not marked("faults"):
            which.append(pytest.param("oldest", marks=pytest.mark.oldest))
        metafunc.parametrize("server", which, indirect=True, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """End what the run left behind, and fail for it: a process that outlives its test is a bug."""
    if is_worker(session.config):
        return
    left = [process for process in psutil.process_iter() if belongs_to_the_run(process)]
    _, left = psutil.wait_procs(left, timeout=10)
    session.config.stash[LEFT] = [" ".join(process.cmdline()) for process in left]
    for process in left:
        process.kill()
    psutil.wait_procs(left)
    shutil.rmtree(os.environ[RUN])
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    for command in config.stash[LEFT]:
        terminalreporter.write_line(f"LEFT RUNNING by the tests, now ended: {command}", red=True)


def is_worker(config):
    """Whether this is a process of pytest-xdist's, which works for the run of another."""
    return hasattr(config, "workerinput")


def in_memory(config):
    """Whether servers keep their files in memory: a disk takes longer to make and drop a database than most tests do.

    Not where there is little room, and not where it is speed that is tested, which is that of a disk.
    """
    if config.option.markexpr == "speed" or not os.access(MEMORY, os.W_OK):
        return False
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM


def give_memory_back():
    """Remove what runs left in memory that were killed."""
    for folder in MEMORY.glob(f"{FOLDER}[0-9]*-*"):
        if not psutil.pid_exists(int(folder.name.removeprefix(FOLDER).split("-")[0])):
            shutil.rmtree(folder, ignore_errors=True)


def belongs_to_the_run(process):
    """Whether a process has the run's folder in its environment or, as a server has, in its command line."""
    folder = os.environ[RUN]
    try:
        return process.pid != os.getpid() and (
            process.environ().get(RUN) == folder or any(folder in word for word in process.cmdline())
        )
    except psutil.Error:  # gone, or somebody else's
        return False
