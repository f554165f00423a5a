"""What calls cost the server: CPU time of its processes, and WAL; absent where it cannot be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from booking_sim.queries import load

_PROC = Path("/proc")


def cpu_ns(pids: Iterable[int], url: str) -> int | None:
    """The CPU time that backends have used until now, in nanoseconds.

    Args:
        pids: Their process ids, as the server knows them.
        url: The database that they are connected to.

    Returns:
        The sum; None where the processes are not on this machine, or the system does not say (Linux does).
    """
    database = str(conninfo_to_dict(url)["dbname"]).encode()
    spent = 0
    try:
        for pid in pids:
            process = _PROC / str(pid)
            if database not in (process / "cmdline").read_bytes():
                return None  # another machine's process id
            spent += int((process / "schedstat").read_text("ascii").split()[0])
    except OSError:
        return None
    return spent


@dataclass(frozen=True, slots=True)
class Wal:
    """WAL that was written between two instants.

    Attributes:
        bytes: All of it.
        full_page_bytes: The images of whole pages in it; None where the server does not let them be read.
    """

    bytes: float
    full_page_bytes: float | None

    def per_call(self, calls: float) -> dict[str, float | None]:
        """The metrics of a call, if this many were made."""
        images = None if self.full_page_bytes is None else self.full_page_bytes / calls
        return {
            "wal_bytes": self.bytes / calls,
            "full_page_bytes": images,
            "record_bytes": None if images is None else self.bytes / calls - images,
        }


class WalMeter:
    """Reads how much WAL the server has written; all sessions together.

    Args:
        connection: One to a scratch database that nothing else uses. The extension pg_walinspect is made there, if the
            server has it and the user may; and a replication slot of this session, without which a checkpoint removes
            the WAL that is to be read.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        try:
            connection.execute(load("bench/walinspect"))
            self._can_read = True
        except psycopg.Error:
            self._can_read = False
        try:
            connection.execute(load("bench/keep_wal"))
            self._keeps = True
        except psycopg.Error:  # the user may not, or the server keeps no slots
            self._keeps = False

    def position(self) -> str:
        """Where the WAL ends now; what is before it cannot be asked for any more."""
        if self._keeps:
            self._connection.execute(load("bench/drop_wal"))
        return self._value("select pg_current_wal_insert_lsn()::text")

    def since(self, first: str) -> Wal:
        """What was written since a position."""
        between = {"first": first, "last": self._value("select pg_current_wal_flush_lsn()::text")}
        written = max(0.0, float(self._value(load("bench/wal_bytes"), between)))
        if not self._can_read or not written:
            return Wal(written, 0.0 if self._can_read else None)
        try:
            return Wal(written, float(self._value(load("bench/page_images"), between)))
        except psycopg.Error:  # removed already, by a checkpoint that came in between
            return Wal(written, None)

    def _value(self, query: LiteralString, parameters: dict[str, str] | None = None) -> str:
        row = self._connection.execute(query, parameters).fetchone()
        return cast("tuple[str]", row)[0]
