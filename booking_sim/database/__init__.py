"""Where PostgreSQL comes from, and how to connect to it."""

from booking_sim.database.connecting import connect
from booking_sim.database.target import Server, open_server

__all__ = ["Server", "connect", "open_server"]
