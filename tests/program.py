"""The program as a person starts it, and how long a test waits for what must come, on a machine that has much to do."""

import sys
from pathlib import Path

COMMAND = Path(sys.executable).with_name("booking-sim")
SECONDS = 240
