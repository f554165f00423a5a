"""How long a thread was ready to run, but had to wait for a processor."""

from pathlib import Path

_SCHEDSTAT = Path("/proc/thread-self/schedstat")


def time_in_run_queue() -> float:
    """Seconds in all that this thread has waited for a processor; 0 where the system does not tell (not Linux)."""
    try:
        return int(_SCHEDSTAT.read_text(encoding="ascii").split()[1]) / 1e9
    except OSError:
        return 0.0
