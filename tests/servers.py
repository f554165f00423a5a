"""The servers that tests stand on: the product's own choice, and the oldest other one; and the databases on them."""

import itertools
import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from psycopg import Connection
from psycopg.conninfo import make_conninfo

from booking_sim.database.embedded import BIN_DIR
from booking_sim.database.migrations import migrate


@dataclass
class Server:
    """One server as one worker of the run uses it: with a template of the worker's own, so that nobody waits for it."""

    url: str
    bin_dir: Path | None
    admin: Connection
    prefix: str = field(default_factory=lambda: f"booking_sim_test_{os.getpid()}")
    numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def template(self):
        return f"{self.prefix}_template"

    @property
    def role(self):
        """A role that may do nothing."""
        return f"{self.prefix}_nobody"

    def url_of(self, database):
        return make_conninfo(self.url, dbname=database)

    @contextmanager
    def database(self, template):
        name = f"{self.prefix}_{next(self.numbers)}"
        self.admin.execute(f"create database {name} template {template}")
        try:
            yield self.url_of(name)
        finally:
            self.admin.execute(f"drop database {name} with (force)")

    def scratches(self, pid):
        """The names of the scratch databases of a process: the token in each begins with its number."""
        query = "select datname from pg_database where starts_with(datname, %s)"
        return [name for (name,) in self.admin.execute(query, [f"booking_sim_scratch_{pid:08x}"])]

    @contextmanager
    def prepared(self):
        self.admin.execute(f"create database {self.template} template template0")
        self.admin.execute(f"create role {self.role}")
        try:
            migrate(self.url_of(self.template))
            yield self
        finally:
            self.admin.execute(f"drop database {self.template} with (force)")
            self.admin.execute(f"drop role {self.role}")


@cache
def major(bin_dir):
    """The major version of the server among these programs."""
    words = subprocess.check_output([bin_dir / "postgres", "--version"], text=True).split()
    return int(words[2].split(".")[0])


@cache
def oldest():
    """The programs of the oldest PostgreSQL from 15 on that is installed here, if older than the embedded one."""
    folders = set(Path("/usr/lib/postgresql").glob("*/bin"))
    if pg_config := shutil.which("pg_config"):
        folders.add(Path(subprocess.check_output([pg_config, "--bindir"], text=True).strip()))
    servers = [folder for folder in folders if (folder / "initdb").exists() and 15 <= major(folder) < major(BIN_DIR)]
    return min(servers, key=major, default=None)
