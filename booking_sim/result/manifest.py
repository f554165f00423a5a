"""What a run was made with: versions, server, machine, commit. No host's or person's name, no path, no password."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import Connection

from booking_sim import queries

_GIB = 2**30


def versions() -> dict[str, str]:
    """The versions of what the generator is made of."""
    return {
        "booking_sim": version("booking-sim"),
        "python": platform.python_version(),
        "psycopg": psycopg.__version__,
        "libpq": _libpq_version(),
    }


def server(connection: Connection[Any], source: str) -> dict[str, Any]:
    """The server: where it comes from, its version, and its settings that matter.

    Args:
        connection: One to that server.
        source: How it was found, such as "embedded"; no address.
    """
    settings = connection.execute(queries.load("surge/settings")).fetchall()
    return {
        "source": source,
        "version": connection.info.parameter_status("server_version"),
        "settings": dict(settings),
    }


def machine() -> dict[str, Any]:
    """The machine that the workers run on."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / _GIB, 1),
    }


def commit() -> dict[str, Any] | None:
    """The commit of this package's checkout, and whether files differ from it; None when it is not run from one."""
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
