"""The steps that follow a run: whatever fails in one of them is written down, and the next one is taken."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from booking_sim.redaction import redact

T = TypeVar("T")


class Interruptible(Protocol):
    """What hears Ctrl-C.

    Attributes:
        raises: Whether the next one raises KeyboardInterrupt, which sets this to False; else it is only counted.
    """

    raises: bool


class Steps:
    """Takes steps, and keeps what failed.

    After Ctrl-C in a step, the steps that can be left out are.

    Args:
        interrupt: What hears Ctrl-C; None: nothing does.

    Attributes:
        problems: What is missing, and why, a line each.
    """

    def __init__(self, interrupt: Interruptible | None = None) -> None:
        self._interrupt = interrupt
        self._is_cut_short = False
        self.problems: list[str] = []

    def take(self, what: str, do: Callable[[], T], otherwise: T, *, always: bool = False) -> T:
        """Take a step.

        Args:
            what: What is missing if it fails, such as "the audit".
            do: The step.
            otherwise: What it gives then.
            always: Whether it is taken also after Ctrl-C, and is not ended by it.
        """
        if self._is_cut_short and not always:
            self.problems.append(f"{what} is missing: interrupted")
            return otherwise
        try:
            self._set_raises(raises=not always)
            done = do()
            self._set_raises(raises=False)
        except KeyboardInterrupt:
            if self._interrupt is None:
                raise
            self._is_cut_short = True
            self.problems.append(f"{what} is missing: interrupted")
            return otherwise
        except Exception as error:  # noqa: BLE001  whatever it is, the run is not lost for it
            self._set_raises(raises=False)
            self.problems.append(f"{what} is missing: {reason(error)}")
            return otherwise
        return done

    def _set_raises(self, *, raises: bool) -> None:
        if self._interrupt is not None:
            self._interrupt.raises = raises


def reason(error: Exception) -> str:
    """Say why something failed, in one line without a password and without a full stop, since more may follow."""
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    _, _, of_the_system = text.rpartition("Detail: [errno ")  # as Arrow says it, after how it noticed
    text = of_the_system.partition("] ")[2] or text
    text, _, _ = text.partition("\nLINE ")  # where in a query of ours PostgreSQL found it
    return redact(" ".join(text.split())).rstrip(".")
