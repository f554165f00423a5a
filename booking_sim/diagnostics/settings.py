"""Checks of the server's settings: those that make metrics better than they are, or a sale slower than it must be."""

import math
from collections.abc import Iterator

from booking_sim.diagnostics.check_result import CheckResult, good, hurts, unknown
from booking_sim.diagnostics.facts import Facts

_MIB = 2**20
_GIB = 2**30
_SHARED_BUFFERS = 128 * _MIB  # PostgreSQL's own default
_MAX_WAL_SIZE = _GIB  # the same
_JIT_ABOVE = 10_000
"""By the planner's estimate a call costs about ten, so it is far from being compiled; the default is 100,000."""
_TIMEOUT_MS = 60_000
_SLOW_COMMIT_S = 0.010
_QUICK_COMMIT_S = 0.000_02
"""Below what any flash memory needs to write a page."""


def checks(facts: Facts) -> Iterator[CheckResult]:
    """Every check of a setting."""
    yield _version(facts)
    yield _durability(facts)
    yield _disk(facts)
    yield _autovacuum(facts)
    yield _memory(facts)
    yield _checkpoints(facts)
    yield _transactions(facts)
    yield _timeouts(facts)
    yield _jit(facts)
    yield _logging(facts)


def _version(facts: Facts) -> CheckResult:
    major, minor = divmod(facts.version, 10_000)
    if facts.settings.get("debug_assertions") == "on":
        return hurts(
            "version",
            f"PostgreSQL {major}.{minor}, built with assertions: several times slower than what people run.",
            "Use an ordinary build.",
        )
    return good("version", f"PostgreSQL {major}.{minor}.")


def _durability(facts: Facts) -> CheckResult:
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if facts.settings.get(name) == "off"]
    if off:
        return hurts(
            "durability",
            f"{' and '.join(off)} off: calls are faster than on a server that keeps what it promised.",
            f"Set {', '.join(f'{name} = on' for name in off)}.",
        )
    return good("durability", "fsync, full_page_writes and synchronous_commit are on: what is answered is kept.")


def _disk(facts: Facts) -> CheckResult:
    if math.isnan(facts.commit_s):
        return unknown("disk", "No commit could be measured.")
    if "off" in {facts.settings.get("fsync"), facts.settings.get("synchronous_commit")}:
        return unknown("disk", "Commits do not wait for it, see durability.")
    found = f"A commit waits {_ms(facts.commit_s)} for the disk"
    if facts.commit_s > _SLOW_COMMIT_S:
        return hurts(
            "disk",
            f"{found}: no connection can hold more than {1 / facts.commit_s:,.0f} tickets a second.",
            "Put the server's data on a faster disk, or read the result as one about this disk.",
        )
    if facts.commit_s < _QUICK_COMMIT_S:
        return unknown("disk", f"{found}: no disk is that fast, so it may promise what it does not keep.")
    return good("disk", f"{found}.")


def _autovacuum(facts: Facts) -> CheckResult:
    off = [name for name in ("autovacuum", "track_counts") if facts.settings.get(name) == "off"]
    if off:
        return hurts(
            "autovacuum",
            f"{' and '.join(off)} off: dead rows pile up, and every run is slower than the one before.",
            f"Set {', '.join(f'{name} = on' for name in off)}.",
        )
    return good("autovacuum", "On.")


def _memory(facts: Facts) -> CheckResult:
    size = float(facts.settings["shared_buffers"])
    if size < _SHARED_BUFFERS:
        return hurts(
            "memory",
            f"shared_buffers is {size / _MIB:,.0f} MB: tickets are read from the system again and again.",
            "Set shared_buffers to 128MB or more; a quarter of the machine's memory is usual.",
        )
    return good("memory", f"shared_buffers is {size / _MIB:,.0f} MB.")


def _checkpoints(facts: Facts) -> CheckResult:
    size = float(facts.settings["max_wal_size"])
    if size < _MAX_WAL_SIZE:
        return hurts(
            "checkpoints",
            f"max_wal_size is {size / _MIB:,.0f} MB: a surge forces checkpoints, and calls wait for them.",
            "Set max_wal_size to 1GB or more.",
        )
    return good("checkpoints", f"max_wal_size is {size / _GIB:,.0f} GB.")


def _transactions(facts: Facts) -> CheckResult:
    level = facts.settings.get("default_transaction_isolation")
    if facts.settings.get("default_transaction_read_only") == "on":
        return hurts(
            "transactions",
            "default_transaction_read_only is on: no ticket can be held.",
            "Set it to off for this user or database.",
        )
    if level != "read committed":
        return hurts(
            "transactions",
            f"default_transaction_isolation is {level}: calls fail that READ COMMITTED would answer.",
            "Set it to 'read committed' for this user or database.",
        )
    return good("transactions", "READ COMMITTED, and they may write.")


def _timeouts(facts: Facts) -> CheckResult:
    names = ("statement_timeout", "lock_timeout", "transaction_timeout")
    low = {name: limit for name in names if 0 < (limit := float(facts.settings.get(name, 0))) < _TIMEOUT_MS}
    if low:
        return hurts(
            "time-outs",
            f"{', '.join(f'{name} is {limit:,.0f} ms' for name, limit in low.items())}: calls that wait, and the audit,"
            " would be cut off.",
            f"Set {', '.join(f'{name} = 0' for name in low)} for this user or database.",
        )
    return good("time-outs", "None that would cut off the calls of a surge.")


def _jit(facts: Facts) -> CheckResult:
    above = float(facts.settings.get("jit_above_cost", -1))
    if facts.settings.get("jit") == "on" and 0 <= above < _JIT_ABOVE:
        return hurts(
            "jit",
            f"On, from a cost of {above:,.0f}: to compile a short query takes longer than to run it.",
            "Set jit = off, or jit_above_cost = 100000.",
        )
    return good("jit", "Off, or only for queries far more expensive than a call.")


def _logging(facts: Facts) -> CheckResult:
    if facts.settings.get("log_statement") == "all" or facts.settings.get("log_min_duration_statement") == "0":
        return hurts(
            "logging",
            "Every statement is written to the server's log, which costs every call.",
            "Set log_statement = none and log_min_duration_statement = -1.",
        )
    return good("logging", "Not every statement is logged.")


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms"
