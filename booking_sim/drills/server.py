"""The server of the drills: embedded, in a temporary folder, so that it can be killed, stopped and filled."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
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
    """An embedded server of its own, that runs while inside; its folder is removed at the end."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="booking_sim-drill-")
        Path(self._folder.name).chmod(0o711)  # started by root, it runs as another account
        self._cluster = Cluster(Path(self._folder.name) / "server")
        self.start()
        with self.connect() as connection:
            connection.execute(load("drill/prepared_transactions"))
        self._cluster.stop()
        self.start()
        migrate(self.url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.resume()
        self._cluster.stop(force=True)
        self._folder.cleanup()

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
        for process in processes:
            process.suspend()  # so that none writes anything when the first is gone
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, _GONE_S)

    def suspend(self) -> None:
        """Stop all of its processes, until `resume`."""
        for process in self.processes():
            process.suspend()

    def resume(self) -> None:
        """Let its processes go on."""
        for process in self.processes():
            process.resume()

    def processes(self) -> list[psutil.Process]:
        """The first one, and all others; none if it does not run."""
        if self._cluster.pid is None:
            return []
        postmaster = psutil.Process(self._cluster.pid)
        return [postmaster, *postmaster.children()]

    def renew(self) -> None:
        """Make the schemas anew, whatever was done to them."""
        with self.connect() as connection:
            connection.execute(load("drill/drop_schemas"))
        migrate(self.url)

    def left_behind(self) -> Sequence[str]:
        """The sessions of surges, scratch databases and prepared transactions that are there."""
        with self.connect() as connection:
            return [what for (what,) in connection.execute(load("drill/left_behind"))]
