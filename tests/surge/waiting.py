"""How long a test waits for what must come, also on a machine that has much else to do."""

SECONDS = 240
