"""Runs a drill: a surge in a process of its own, a fault during it, and the judgement of its end."""

import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import psutil
import psycopg

from booking_sim.audit import holds
from booking_sim.drills.fault import Expected, Fault, NotShown
from booking_sim.drills.outcome import DrillOutcome
from booking_sim.drills.proxy import Proxy
from booking_sim.drills.recovery import recovery_s
from booking_sim.drills.server import DrillServer
from booking_sim.drills.stage import Stage
from booking_sim.drills.surge_process import surge_process
from booking_sim.errors import BookingSimError
from booking_sim.plots.faults import around_fault
from booking_sim.proof.history import Circumstances
from booking_sim.proof.rules import check, verdict
from booking_sim.queries import load as load_query
from booking_sim.redaction import redact
from booking_sim.result.loading import load
from booking_sim.result.result import SurgeResult

CHART: Final = "fault.png"
"""Answers and latency of the surge, the fault's interval shaded; beside its result."""

_FAILS: Final = (BookingSimError, psycopg.Error, psutil.Error, subprocess.SubprocessError, OSError)
"""What a fault raises that cannot be made: its drill fails, and the others go on."""

_LONGEST_S: Final = 120.0
_LEAVE_S: Final = 10.0
_EARLIEST_S, _LATEST_S = 0.3, 0.8
"""From the first hold to the fault."""


def run_drill(fault: Fault, server: DrillServer, folder: Path, seed: int) -> DrillOutcome:
    """Run one drill, and judge it.

    Args:
        fault: What happens.
        server: Where the surge runs, unless the fault needs a server of its own; it is left as it was.
        folder: Where the result of the surge is kept.
        seed: Of the surge, and of the instant of the fault.
    """
    outcome = DrillOutcome(fault=fault.name, sentence=fault.sentence, expected=fault.expected, seed=seed)
    try:
        with nullcontext(server) if fault.server is None else fault.server() as its_server:
            return _run(outcome, fault, its_server, folder)
    except NotShown as error:
        return replace(outcome, not_shown=str(error))
    except _FAILS as error:
        return replace(outcome, failures=[f"the drill broke off: {_one_line(error)}"])


def _run(outcome: DrillOutcome, fault: Fault, server: DrillServer, folder: Path) -> DrillOutcome:
    """Run the surge and make the fault."""
    server.renew()
    instants: list[float] = []
    failures: list[str] = []
    with ExitStack() as stack:
        proxy = stack.enter_context(Proxy(server.url))
        url = proxy.url if fault.is_through_proxy else server.url
        temporary = Path(stack.enter_context(TemporaryDirectory(prefix="booking_sim-")))
        surge = stack.enter_context(surge_process(url, folder, outcome.seed, temporary=temporary, times=fault.times))
        stage = Stage(server, proxy, surge, Random(outcome.seed))  # noqa: S311  repeatable, not a secret
        family: list[psutil.Process] = []
        try:
            family = _begin(stage)
            instants.append(time.time())
            with fault.inject(stage):
                stage.pause(fault.lasts_s)
                instants.append(time.time())
        except NotShown:
            raise
        except _FAILS as error:
            failures.append(f"the fault was not made: {_one_line(error)}")
            server.revive()  # else the surge waits for what the fault would have put right
        try:
            out, err = surge.communicate(timeout=_LONGEST_S)
        except subprocess.TimeoutExpired:
            surge.kill()
            out, err = surge.communicate()
            failures.append(f"the surge did not end within {_LONGEST_S:g} s")
        if surge.returncode >= 0:
            failures += [f"left behind: the file {path.name}" for path in temporary.iterdir()]
    if "Traceback" in out + err:
        failures.append(f"a traceback: {err.strip().splitlines()[-1]}")
    failures += _left_behind(server, family)
    outcome = replace(outcome, status=surge.returncode, message=err.strip(), folder=str(folder), failures=failures)
    return _judge(outcome, fault, folder, instants)


def _one_line(error: Exception) -> str:
    return " ".join(redact(str(error)).split()) or type(error).__name__


def _begin(stage: Stage) -> list[psutil.Process]:
    """Wait until the surge is under way, and a little longer; the processes of the surge."""
    with stage.server.connect() as connection:
        under_way = load_query("drill/is_under_way")
        stage.wait("the first hold", lambda: connection.execute(under_way).fetchone() == (True,))
    stage.pause(stage.random.uniform(_EARLIEST_S, _LATEST_S))
    return psutil.Process(stage.surge.pid).children(recursive=True)


def _left_behind(server: DrillServer, family: Sequence[psutil.Process]) -> list[str]:
    """What is still there of the surge that must not be."""
    _, alive = psutil.wait_procs(family, _LEAVE_S)
    for process in alive:
        process.kill()
    deadline = time.monotonic() + _LEAVE_S
    while (left := server.left_behind()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return [f"left behind: process {process.pid}" for process in alive] + [f"left behind: {what}" for what in left]


def _judge(outcome: DrillOutcome, fault: Fault, folder: Path, instants: Sequence[float]) -> DrillOutcome:
    """Compare how the surge ended with how it must end."""
    failures = [*outcome.failures]
    if outcome.status not in fault.statuses:
        failures.append(f"it exited with {outcome.status}, not with {' or '.join(map(str, fault.statuses))}")
    try:
        result = load(folder)
        attempts = result.attempts
    except BookingSimError as error:
        return replace(outcome, failures=[*failures, str(error)])
    message = "; ".join(filter(None, [*result.manifest.problems, outcome.message]))
    if fault.says not in message:
        failures.append(f"no message says '{fault.says}': {message or 'there is none'}")
    audit = "not done" if result.audit.empty else "passed" if holds(result.audit) else "violated"
    proof = _prove(result)
    unknown = int((attempts["outcome"] == "unknown").sum())
    is_detected = "violated" in {audit, proof}
    if is_detected != (fault.expected is Expected.DETECTED):
        failures.append(f"the audit: {audit}; the proof: {proof}")
    if fault.expected is Expected.UNKNOWN and not unknown:
        failures.append("no answer was lost")
    began_s, ended_s = _interval(result, instants)
    if len(attempts):
        around_fault(attempts, began_s, ended_s, title=fault.sentence).savefig(folder / CHART, dpi=100)
    return replace(
        outcome,
        began_s=began_s,
        ended_s=ended_s,
        recovery_s=recovery_s(attempts, began_s, ended_s),
        message=message,
        attempts=len(attempts),
        unknown=unknown,
        audit=audit,
        proof=proof,
        failures=failures,
    )


def _prove(result: SurgeResult) -> str:
    history = result.manifest.history
    if history is None:
        return "cannot tell"
    circumstances = Circumstances.of(result.scenario, **asdict(history))
    return str(verdict(check(result.recorded, result.holds, circumstances)).value)


def _interval(result: SurgeResult, instants: Sequence[float]) -> tuple[float, float]:
    """When the fault began and ended, in seconds since the start of the run; not a number if that is not known."""
    history = result.manifest.history
    if history is None or len(instants) < 2:
        return float("nan"), float("nan")
    start = datetime.fromisoformat(history.started_at).timestamp()  # by the clock of this machine, the server's too
    return instants[0] - start, instants[1] - start
