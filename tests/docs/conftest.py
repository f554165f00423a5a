"""Pages forecast too."""

from event_loop import compiled  # noqa: F401  it compiles the loop once for all workers of the run
