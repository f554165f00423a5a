"""Each notebook that nbval runs gets a database of its own, and the scale at which its outputs were kept.

Fixtures do not reach notebooks, and a kernel knows its environment alone: so the environment says it, from before the
kernel starts until it has ended.
"""

from contextlib import ExitStack

import pytest

from booking_sim.database import open_server
from booking_sim.database.scratch import scratch_database

SURROUNDINGS = pytest.StashKey[ExitStack]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    notebook = item.parent
    if notebook.kernel is None:  # this is the first cell: the kernel starts in a moment
        with ExitStack() as stack:
            database = stack.enter_context(scratch_database(stack.enter_context(open_server()).url))
            environment = stack.enter_context(pytest.MonkeyPatch.context())
            environment.setenv("POSTGRES_URL", database)
            environment.delenv("BOOKING_SIM_SCALE", raising=False)
            notebook.stash[SURROUNDINGS] = stack.pop_all()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    try:
        return (yield)
    finally:
        if nextitem is None or nextitem.parent is not item.parent:
            item.parent.stash[SURROUNDINGS].close()
