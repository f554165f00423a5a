"""Shows a tally in the page while a surge runs, and leaves its last state there as plain HTML."""

import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from booking_sim.live.picture import picture
from booking_sim.live.tally import Tally
from booking_sim.live.widget import make_widget
from booking_sim.observer.observer import Observations
from booking_sim.records import samples
from booking_sim.records.batch import Batch

_EVERY_S = 0.2


def is_possible() -> bool:
    """Whether a person is watching a page that can show widgets.

    A page that can ask its user for input says so with each cell that it sends; programs that execute notebooks (nbval,
    nbconvert, papermill) say that they cannot.
    """
    shell = _shell()
    return bool(shell and find_spec("anywidget") and shell.kernel.get_parent().get("content", {}).get("allow_stdin"))


class LiveView:
    """One surge, shown from entering to leaving.

    Args:
        tally: What the workers reported so far.
        observations: The samples that the observer reported so far: how many tickets are held, sold or overdue.
    """

    def __init__(self, tally: Tally, observations: Observations) -> None:
        self._tally = tally
        self._observations = observations
        self._widget = make_widget(html=self._picture(), kernel=_kernel_id())
        self._due = 0.0

    def __enter__(self) -> Self:
        from IPython.display import display  # noqa: PLC0415  as above

        self._display: Any = display(self._widget, display_id=True)  # type: ignore[no-untyped-call]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from IPython.display import HTML  # noqa: PLC0415  as above

        # A widget is gone when the page is next opened; what it showed stays.
        self._display.update(HTML(self._picture()))  # type: ignore[no-untyped-call]
        self._widget.close()

    def add(self, batch: Batch) -> None:
        """Count what a worker reports, and show it from time to time."""
        self._tally.add(batch)
        now = time.monotonic()
        if now >= self._due:
            self._due = now + _EVERY_S
            self._widget.html = self._picture()

    def _picture(self) -> str:
        counts = tuple(self._observations.columns.get("inventory", ()))
        return picture(self._tally, samples.to_frame("inventory", counts, self._tally.began_at))


def _kernel_id() -> str:
    """What a Jupyter server calls this kernel: it is in the name of the file that says how to connect to it."""
    from ipykernel.connect import get_connection_file  # noqa: PLC0415  only notebooks have it

    return Path(get_connection_file()).stem.removeprefix("kernel-")


def _shell() -> Any:
    """The IPython shell of a kernel, or None."""
    try:
        from IPython import get_ipython  # noqa: PLC0415  only notebooks have it
    except ImportError:
        return None
    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None
