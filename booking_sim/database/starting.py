"""Makes the embedded server's cluster and starts it, also after the last one was killed."""

import logging
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

from booking_sim.database import leases
from booking_sim.database.programs import Programs, give_to_server
from booking_sim.errors import ServerNotStarted
from booking_sim.resources import SQL

_LOG = logging.getLogger(__name__)
START_SECONDS = 300
"""How long a server may take to start: after a crash it first replays its log."""

PORT = 5432
"""Names the socket; nothing listens on the network."""

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

_LONGEST_SOCKET = 103  # bytes; macOS allows 103, Linux 107
_NO_PROCESS = 2**31 - 1  # larger than any process id
_FIRST_BUILTIN_LOCALE = 17  # the version since which C.UTF-8 is the same on every system


def create(folder: Path, programs: Programs) -> None:
    """Make the cluster beside its place and move it there whole, so that half a cluster is never taken for one."""
    new = folder / "data.new"
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700)
    give_to_server(new)
    options = ["--username=postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"]
    if programs.major >= _FIRST_BUILTIN_LOCALE:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    programs.run("initdb", "-D", str(new), *options)
    sql = (SQL / "embedded.sql").read_text()
    for database in ("template1", "postgres"):
        programs.run("postgres", "--single", "-D", str(new), "-c", "exit_on_error=on", database, stdin=sql)
    new.rename(folder / "data")


def start(folder: Path, programs: Programs) -> None:
    """Start the server of a folder and wait until it takes connections. Call it under the folder's lock.

    Raises:
        BookingSimError: If it does not come up; with the end of its log.
    """
    data, deadline = folder / "data", time.monotonic() + START_SECONDS
    running = leases.postmaster(data)
    if running and _became_ready(data, running.pid, deadline):
        _LOG.info("PostgreSQL was running in %s", folder)
        return
    _forget_dead_server(folder)
    _make_socket_folder(folder)
    _write_settings(folder)
    while not _became_ready(data, _launch(folder, programs), deadline):
        log = " ".join(_lines(data / "server.log")[-5:])
        # The processes of a killed server end by themselves; PostgreSQL refuses to start beside them, so we wait.
        if "shared memory block" not in log or time.monotonic() > deadline:
            raise ServerNotStarted(f"PostgreSQL did not start in {folder}. The end of its log: {log}")
        time.sleep(0.1)
    _LOG.info("PostgreSQL started in %s", folder)


def socket_folder(folder: Path) -> Path:
    """Where the socket is: in the folder, or in a private one with a short path if that would not do."""
    recorded = folder / "socket-folder"
    return Path(recorded.read_text()) if recorded.exists() else folder / "socket"


def _forget_dead_server(folder: Path) -> None:
    """Let stale files name no process, since PostgreSQL would take any other with that id for a running server.

    The rest of postmaster.pid stays: by it PostgreSQL sees whether processes of the dead server still use its memory.
    """
    place = socket_folder(folder) / f".s.PGSQL.{PORT}"
    if place.is_socket() and _answers(place):
        raise ServerNotStarted(
            f"A server runs in {folder} that cannot be seen from here, perhaps in another container."
            " Set BOOKING_SIM_HOME to another folder."
        )
    place.with_name(f"{place.name}.lock").unlink(missing_ok=True)
    stale = folder / "data" / "postmaster.pid"
    if stale.exists():
        new = folder / "postmaster.pid"
        new.write_text("\n".join([str(_NO_PROCESS), *stale.read_text().split("\n")[1:]]))
        give_to_server(new)
        new.replace(stale)


def _answers(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(place)) == 0


def _make_socket_folder(folder: Path) -> None:
    ours = folder / "socket"
    if _will_do(ours):
        ours.mkdir(mode=0o700, exist_ok=True)
    else:
        if socket_folder(folder) != ours:
            shutil.rmtree(socket_folder(folder), ignore_errors=True)
        place = tempfile.mkdtemp(prefix="booking_sim-")
        if not _will_do(Path(place)):  # TMPDIR is long, too
            Path(place).rmdir()
            place = tempfile.mkdtemp(prefix="booking_sim-", dir="/tmp")
        (folder / "socket-folder").write_text(place)
    give_to_server(socket_folder(folder))


def _will_do(place: Path) -> bool:
    """Whether a socket in a folder has a short enough path, without a comma, which clients take for another host."""
    return len(os.fsencode(place / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET and "," not in str(place)


def _write_settings(folder: Path) -> None:
    place = str(socket_folder(folder)).replace('"', '""').replace("'", "''")
    settings = {**SETTINGS, "unix_socket_directories": f'"{place}"'}
    written = folder / "server.conf"
    written.write_text("".join(f"{name} = '{value}'\n" for name, value in settings.items()))
    written.chmod(0o644)  # the server's account reads it, whatever our umask


def _launch(folder: Path, programs: Programs) -> int:
    """Start the server in the background, a child of nobody here, and return its process id."""
    log = folder / "data" / "server.log"
    log.unlink(missing_ok=True)
    background = ("/bin/sh", "-c", 'log=$1; shift; "$@" </dev/null >"$log" 2>&1 & echo $!', "sh", str(log))
    arguments = ("-D", str(folder / "data"), "-c", f"config_file={folder / 'server.conf'}")
    return int(programs.run("postgres", *arguments, before=background))


def _became_ready(data: Path, pid: int, deadline: float) -> bool:
    """Wait until the server takes connections, or ends, or the time is up."""
    while leases.is_alive(pid) and time.monotonic() < deadline:
        lines = _lines(data / "postmaster.pid")
        if len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready":
            return True
        time.sleep(0.01)
    return False


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
