"""The server of the drills: embedded, in a temporary folder, so that it can be killed, stopped and filled."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self

import psutil
from psycopg import Connection

from booking_sim.database import connect
from booking_sim.database.embedded import Cluster
from booking_sim.database.migrations import migrate
from booking_sim.queries import load

_GONE_S: Final = 30.0
"""How long processes of a killed server may take to notice it."""


class DrillServer:
    """An embedded server of its own, that runs while inside; its folder is removed at the end.

    Args:
        within: Where its folder is made; None: where temporary files are.
        environment: What the server finds in its environment.
    """

    def __init__(self, within: Path | None = None, environment: Mapping[str, str] = MappingProxyType({})) -> None:
        self._within = within
        self._environment = environment

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="booking_sim-drill-", dir=self._within)
        Path(self._folder.name).chmod(0o711)  # started by root, it runs as another account
        self._cluster = Cluster(Path(self._folder.name) / "server", environment=self._environment)
        try:
            self._prepare()
        except BaseException:  # `__exit__` is not called then
            self._remove()
            raise
        return self

    def _prepare(self) -> None:
        self.start()
        with self.connect() as connection:
            connection.execute(load("drill/prepared_transactions"))
        self._cluster.stop()
        self.start()
        migrate(self.url)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    def _remove(self) -> None:
        self.kill()  # nothing is to be kept, and a server that recovers from a crash may not stop when it is asked
        shutil.rmtree(self._cluster.socket, ignore_errors=True)  # with a long path, it is not in the folder
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """Its folder."""
        return Path(self._folder.name)

    @property
    def url(self) -> str:
        """Its URL."""
        return self._cluster.url

    def connect(self, **options: Any) -> Connection[Any]:
        """Connect as the owner of everything."""
        return connect(self.url, application_name="booking_sim drill", **options)

    def start(self) -> None:
        """Start it, if it does not run."""
        self._cluster.stay()

    def kill(self) -> None:
        """End every one of its processes at once, as a power cut does; what is in memory is lost."""
        processes = self.processes()
        _each(processes, psutil.Process.suspend)  # so that none writes anything when the first is gone
        _each(processes, psutil.Process.kill)
        psutil.wait_procs(processes, _GONE_S)

    def suspend(self) -> None:
        """Stop all of its processes, until `resume`."""
        _each(self.processes(), psutil.Process.suspend)

    def resume(self) -> None:
        """Let its processes go on."""
        _each(self.processes(), psutil.Process.resume)

    def revive(self) -> None:
        """Let it run, however a fault left it."""
        self.resume()
        self.start()

    def processes(self) -> list[psutil.Process]:
        """The first one, and all others; none if it does not run."""
        pid = self._cluster.pid
        if pid is None:
            return []
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(pid)
            return [postmaster, *postmaster.children()]
        return []

    def renew(self) -> None:
        """Make the schemas anew, whatever was done to them."""
        self.revive()
        with self.connect() as connection:
            connection.execute(load("drill/drop_schemas"))
        migrate(self.url)

    def left_behind(self) -> Sequence[str]:
        """The sessions of surges, scratch databases and prepared transactions that are there."""
        self.revive()
        with self.connect() as connection:
            return [what for (what,) in connection.execute(load("drill/left_behind"))]


def _each(processes: Sequence[psutil.Process], do: Callable[[psutil.Process], None]) -> None:
    """Do something to some processes; some of a server's end at any time, by themselves."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            do(process)
