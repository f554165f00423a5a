"""The exit code of a command that was interrupted; errors have theirs in `booking_sim.errors`."""

from typing import Final

INTERRUPTED: Final = 130
"""As of a program that Ctrl-C ends: 128 and the number of SIGINT."""
