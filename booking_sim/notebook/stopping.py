"""Ends a cell as an error although it gave its result, so that Run All stops there."""

import sys
from typing import Any


def stop_run_all(reason: str) -> None:
    """Let the cell that runs count as failed when it has ended: what it returned is shown, what it assigned is kept.

    Jupyter then drops the cells that wait behind it, as after any error. Without IPython nothing happens.

    Args:
        reason: Why, for programs that run notebooks.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return

    def fail(outcome: Any) -> None:
        shell.events.unregister("post_run_cell", fail)
        outcome.error_in_exec = outcome.error_in_exec or KeyboardInterrupt(reason)

    shell.events.register("post_run_cell", fail)
