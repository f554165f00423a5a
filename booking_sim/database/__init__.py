"""Where PostgreSQL comes from, and how to connect to it."""

from booking_sim.database.connecting import connect, connect_async, open_pool, open_pool_async
from booking_sim.database.redaction import redact
from booking_sim.database.target import Server, open_server

__all__ = ["Server", "connect", "connect_async", "open_pool", "open_pool_async", "open_server", "redact"]
