"""The errors that a user can put right, by what has to be put right. Each message is one line."""

from typing import ClassVar


class BookingSimError(Exception):
    """Something the user can put right: the base of all errors of this package.

    The message is one line: what is wrong, then what to do about it. The command line prints it on stderr and exits
    with `exit_code`; a notebook shows it without a traceback.
    """

    exit_code: ClassVar[int] = 2
    """What the command line exits with."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows of it."""
        return [f"{type(self).__name__}: {self}"]


class SettingError(BookingSimError, ValueError):
    """A setting, a parameter, a flag or a requirement is invalid, or two contradict each other."""


class StrategyError(BookingSimError):
    """There is no such strategy, or its file cannot be read or applied."""


class ConnectionFailed(BookingSimError):  # noqa: N818  what happened, as in the design
    """The database cannot be reached, or does not accept the connection."""


class ServerTooOld(BookingSimError):  # noqa: N818
    """The server is an older PostgreSQL than the package supports."""


class ServerNotStarted(BookingSimError):  # noqa: N818
    """The embedded server cannot be started or stopped."""


class PermissionMissing(BookingSimError):  # noqa: N818
    """The database's user does not have a right that the command needs."""


class SchemaError(BookingSimError):
    """The database has no booking schema, or one that this version cannot use."""


class ResultNotFound(BookingSimError):  # noqa: N818
    """The folder holds no result, or one that cannot be read."""
