"""The one kind of error that a user sees: what is wrong and what to do, in one line."""


class BookingSimError(Exception):
    """Something the user can put right.

    The message is one line: what is wrong, then what to do about it. The command line prints it and exits
    with 2; a notebook shows it, and no traceback.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it."""
        return [f"{type(self).__name__}: {self}"]
