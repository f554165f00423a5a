"""How long a test waits for something that must come."""

SECONDS = 60
