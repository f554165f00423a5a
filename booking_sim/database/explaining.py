"""What PostgreSQL, libpq or a pooler reports, as one line that says what to do; never with a password in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from booking_sim.database.url import read_url
from booking_sim.errors import BookingSimError, ConnectionFailed, PermissionMissing, SchemaError
from booking_sim.redaction import redact

NO_ANSWER = "connected, but no answer in time"
"""The reason of a connection that was let in and then got no answer: its turn at a pooler did not come."""

_UNPREPARED = r"prepared statement .* (?:already exists|does not exist)"

# libpq gives no SQLSTATE for a connection that was refused, only words.
_REASONS = (
    (
        r"password authentication failed|no password supplied",
        'The server at {where} refused the password of user "{user}". Correct it in the URL, PGPASSWORD or ~/.pgpass.',
    ),
    (
        rf"{NO_ANSWER}|query_wait_timeout|no more connections allowed|pool.*(?:full|exhausted)",
        (
            "The server at {where} accepts connections, but some get no answer: a connection pooler serves fewer at"
            " once than were requested. Request fewer connections, or raise the pooler's pool size."
        ),
    ),
    (
        r"too many clients|connection slots are reserved|too many connections",
        "The server at {where} has no connection left. Request fewer connections, or raise its max_connections.",
    ),
    (
        r'database ".*" does not exist|no such database',
        'The server at {where} has no database "{dbname}". Create it, or name another one.',
    ),
    (
        (
            r'role ".*" does not exist|not permitted to log in|permission denied|pg_hba\.conf|authentication failed|'
            r"no such user"
        ),
        'The server at {where} does not let user "{user}" into database "{dbname}". Use another, or ask its owner.',
    ),
    (
        _UNPREPARED,
        (
            "The connection pooler at {where} does not keep prepared statements apart for each client. Use session"
            " pooling, or PgBouncer 1.21 or newer with max_prepared_statements above 0, or name the server itself."
        ),
    ),
    (
        r"unsupported startup parameter",
        (
            "The connection pooler at {where} refuses a parameter of the URL ({reason}). Remove it, or name the server"
            " itself."
        ),
    ),
    (
        r"starting up|shutting down|recovery mode",
        "The server at {where} is starting up or shutting down. Try again in a moment.",
    ),
    (
        r"invalid integer value",
        "The connection to {where} has a wrong setting ({reason}). Correct it in the URL or the PG* variables.",
    ),
    (
        r"refused|No such file|translate host|resolve host|not known|timeout|timed out|[Uu]nreachable|No route",
        "No PostgreSQL answers at {where}. Start it, or correct the URL.",
    ),
)

_STATEMENTS: tuple[tuple[tuple[type[psycopg.Error], ...], type[BookingSimError], str], ...] = (
    (
        (errors.ReadOnlySqlTransaction,),
        BookingSimError,
        "The database is read-only: {said}. Use the primary server, or set default_transaction_read_only to off.",
    ),
    (
        (errors.InsufficientPrivilege,),
        PermissionMissing,
        (
            "A privilege is missing: {said}. Connect as the owner, or have the owner grant it"
            " ('booking-sim db grant ROLE', with --audit to read the tables)."
        ),
    ),
    (
        (errors.QueryCanceled, errors.TransactionTimeout),
        BookingSimError,
        "A statement was cancelled: {said}. Raise that limit, or find out who cancelled it, and try again.",
    ),
    (
        (errors.LockNotAvailable, errors.DeadlockDetected),
        BookingSimError,
        "A lock was not available: {said}. End other work on these tables, and try again.",
    ),
    (
        (errors.UndefinedTable, errors.UndefinedFunction, errors.UndefinedColumn, errors.InvalidSchemaName),
        SchemaError,
        "The booking schema is missing or from another version: {said}. Run 'booking-sim db migrate'.",
    ),
    (
        (errors.DuplicatePreparedStatement, errors.InvalidSqlStatementName),
        ConnectionFailed,
        (
            "A connection pooler does not keep prepared statements apart for each client: {said}. Use session pooling,"
            " or PgBouncer 1.21 or newer with max_prepared_statements above 0, or name the server itself."
        ),
    ),
    (
        (errors.DiskFull, errors.OutOfMemory, errors.ConfigurationLimitExceeded, errors.InsufficientResources),
        BookingSimError,
        "The server is out of resources: {said}. Make room there, and try again.",
    ),
    (
        (
            *(errors.IdleInTransactionSessionTimeout, errors.IdleSessionTimeout, errors.AdminShutdown),
            *(errors.CrashShutdown, errors.CannotConnectNow, errors.DatabaseDropped, errors.ConnectionException),
        ),
        ConnectionFailed,
        "The server ended the connection: {said}. See that nobody stops it or limits idle sessions, and try again.",
    ),
)


def is_unprepared(reason: str) -> bool:
    """Whether a call failed because a connection pooler gave it another session than the one it was prepared in."""
    return re.search(_UNPREPARED, reason) is not None


def explain(reason: str, url: str) -> ConnectionFailed:
    """Say in one line why there is no connection, and what to do; never with a password in it.

    Args:
        reason: libpq's words.
        url: Where it was to go.
    """
    values = read_url(url)
    words = {
        "where": address(url),
        "user": values.get("user", "(yours)"),
        "dbname": values.get("dbname") or values.get("user", "(yours)"),
        "reason": " ".join(reason.split()),
    }
    for pattern, sentence in _REASONS:
        if re.search(pattern, reason):
            return ConnectionFailed(redact(sentence.format(**words)))
    return ConnectionFailed(redact(f"Cannot connect to {words['where']}: {words['reason']}"))


def explain_statement(error: psycopg.Error) -> BookingSimError:
    """Say in one line why a statement failed, and what to do; never with a password in it.

    Args:
        error: What psycopg raised.
    """
    said = redact(" ".join((error.diag.message_primary or str(error)).split())).rstrip(".")
    for kinds, kind, sentence in _STATEMENTS:
        if isinstance(error, kinds):
            return kind(sentence.format(said=said))
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        return ConnectionFailed(f"The connection to the server was lost: {said}. See that it runs, and try again.")
    state = f" (SQLSTATE {error.sqlstate})" if error.sqlstate else ""
    return BookingSimError(f"PostgreSQL refused a statement: {said}{state}. Its log says more.")


@contextmanager
def explained() -> Iterator[None]:
    """Turn every error of psycopg's inside into its one line.

    Raises:
        BookingSimError: What `explain_statement` says of it.
    """
    try:
        yield
    except psycopg.Error as error:
        raise explain_statement(error) from error


def address(url: str) -> str:
    """Where a URL points, for people: host and port, without user or password."""
    values = read_url(url)
    host = values.get("host") or values.get("hostaddr") or "the default socket"
    return redact(host if host.startswith("/") or "port" not in values else f"{host}:{values['port']}")
