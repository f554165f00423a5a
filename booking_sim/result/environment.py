"""With what a run was made: versions, server, machine, commit. No name of a host or person, no path, no password."""

import os
import platform
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import Connection

from booking_sim import queries

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Environment:
    """With what a run was made.

    Attributes:
        versions: Of this package and of what it stands on, by name.
        server: `source`, how the server was found, without an address; its `version`; and the `settings` that decide
            how fast it can be.
        machine: `system`, `processor`, `cpus` and `memory_gib` of the machine that runs the workers.
        git: `commit` of this package's checkout, and whether files differ from it, `dirty`; None if it does not run
            from a checkout.
    """

    versions: dict[str, str]
    server: dict[str, Any]
    machine: dict[str, Any]
    git: dict[str, Any] | None

    @classmethod
    def read(cls, connection: Connection[Any], source: str) -> "Environment":
        """Find out.

        Args:
            connection: One to the server.
            source: How the server was found, such as "embedded"; no address.
        """
        return cls(_versions(), _server(connection, source), _machine(), _commit())


def _versions() -> dict[str, str]:
    return {
        "booking_sim": version("booking-sim"),
        "python": platform.python_version(),
        "psycopg": psycopg.__version__,
        "libpq": _libpq_version(),
    }


def _server(connection: Connection[Any], source: str) -> dict[str, Any]:
    settings = connection.execute(queries.load("surge/settings")).fetchall()
    return {
        "source": source,
        "version": connection.info.parameter_status("server_version"),
        "settings": dict(settings),
    }


def _machine() -> dict[str, Any]:
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / _GIB, 1),
    }


def _commit() -> dict[str, Any] | None:
    if _git("ls-files", "--error-unmatch", Path(__file__).name) is None:
        return None
    return {"commit": _git("rev-parse", "HEAD"), "dirty": bool(_git("status", "--porcelain"))}


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _libpq_version() -> str:
    major, minor = divmod(psycopg.pq.version(), 10_000)
    return f"{major}.{minor}"


def _processor() -> str:
    """The model's name, which the standard library does not know on Linux."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
