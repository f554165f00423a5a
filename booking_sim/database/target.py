"""Which PostgreSQL to use: the one that is named, or one of our own."""

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo

from booking_sim.database.connecting import check_version, connect
from booking_sim.database.embedded import BIN_DIR, Cluster, default_folder
from booking_sim.database.url import read_url
from booking_sim.redaction import redact

PG_VARIABLES = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL that answers.

    Attributes:
        url: One libpq URL or key=value string, for any client that runs as the same user. It holds a password only if
            POSTGRES_URL or the caller put one there; show it through `redact`.
        source: Where it comes from: ``POSTGRES_URL``, ``PG*``, ``embedded``, or ``url`` if the caller named it.
        version: What the server calls itself as a number, such as 180006.
        bin_dir: The folder of psql and pgbench, of PostgreSQL 18; they work with an older server too.
        cluster: The embedded server; None if it is another.
    """

    url: str
    source: str
    version: int
    bin_dir: Path = BIN_DIR
    cluster: Cluster | None = None
    _stack: ExitStack = field(default_factory=ExitStack, compare=False)

    def close(self) -> None:
        """Give the server back: an embedded one stops if this was its last user. The end of the process does it too."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Server({redact(self.url)!r}, source={self.source!r}, version={self.version})"


def open_server(url: str | None = None) -> Server:
    """Find a PostgreSQL and see that it answers, or start the one that comes with us.

    It is that of POSTGRES_URL, else of the PG* variables, else the embedded server.

    Args:
        url: The server to use, as a libpq URL, whatever the environment says.

    Returns:
        The server, to be used in a ``with`` statement or closed when done.

    Raises:
        BookingSimError: If the server cannot be reached or started, lets us not in, or
            is older than PostgreSQL 15.

    Example:
        Keep the server between surges, which otherwise start and stop it each:

            from booking_sim import open_server, surge

            with open_server() as server:
                results = [surge(url=server.url, seed=seed) for seed in range(3)]
    """
    source, named = ("url", url) if url is not None else named_server()
    with ExitStack() as stack:
        cluster = None
        if named is None:
            cluster = stack.enter_context(Cluster(default_folder()))
            named = cluster.url
        else:
            read_url(named, source)
        with connect(named) as connection:
            check_version(connection)
            version = connection.info.server_version
        return Server(named, source, version, cluster=cluster, _stack=stack.pop_all())


def named_server() -> tuple[str, str | None]:
    """The source that the environment names, and its URL; ``embedded`` and None if it names none.

    The PG* variables are written out into key=value pairs, but for the password: that stays in PGPASSWORD, the service
    file or ~/.pgpass, where every client that libpq stands behind finds it.
    """
    if url := os.environ.get("POSTGRES_URL"):
        return "POSTGRES_URL", url
    if any(os.environ.get(name) for name in PG_VARIABLES):
        options = psycopg.pq.Conninfo.get_defaults()
        values = {option.keyword.decode(): option.val.decode() for option in options if option.val}
        kept = ("host", "hostaddr", "port", "dbname", "user")
        return "PG*", make_conninfo(**{key: values[key] for key in kept if key in values})
    return "embedded", None
