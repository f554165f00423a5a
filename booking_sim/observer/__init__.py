"""Watches the database while a surge runs: a process of its own, with one connection, that keeps out of the way."""
