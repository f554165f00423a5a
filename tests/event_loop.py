"""The compiled event loop of the forecast, for the folders whose tests forecast: their conftest imports the fixture."""

import fcntl
import os
from pathlib import Path

import pytest

from booking_sim.forecasting.run import prepare


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """One worker of the run compiles the loop, which takes long; the others wait, and load what was kept."""
    with (Path(os.environ["BOOKING_SIM_TEST_RUN"]) / "compiling").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        prepare()
