"""All tests here forecast."""

from event_loop import compiled  # noqa: F401  it compiles the loop once for all workers of the run
