"""`booking-sim db`: where PostgreSQL comes from, started and stopped; its schema, and who may use it."""

import sys

import click

from booking_sim.database import connect, open_server
from booking_sim.database.embedded import Cluster, default_folder
from booking_sim.database.explaining import address
from booking_sim.database.migrations import migrate as migrate_database
from booking_sim.database.migrations import reset as reset_database
from booking_sim.database.privileges import grant as grant_to_role
from booking_sim.database.target import named_server


@click.group()
def db() -> None:
    """The PostgreSQL that everything runs on.

    It is the one that POSTGRES_URL names; else the one that the PG* variables name (PGHOST, PGPORT, PGDATABASE, PGUSER,
    PGSERVICE); else the embedded server, a PostgreSQL 18 that comes with this program. A command that needs it
    starts it, and stops it at its end. It listens on no network, and keeps its data in your home folder, or in
    the folder that BOOKING_SIM_HOME names.

    \b
    Try:
      booking-sim db start               let it run until you stop it
      psql "$(booking-sim db url)"       open it with any client
      booking-sim db stop
    """  # noqa: D301  click's own mark keeps the lines apart


@db.command()
def start() -> None:
    """Start the embedded server and let it stay until 'db stop'.

    Commands that follow find it running and start faster; notebooks and other programs can share it. Starting it twice
    does no harm. A server that POSTGRES_URL or PG* names is only checked.
    """
    source, url = named_server()
    if url is not None:
        with open_server():
            click.echo(f"{source} names the server at {address(url)}: it answers, and there is nothing to start.")
        return
    cluster = Cluster(default_folder())
    cluster.stay()
    click.echo(f"PostgreSQL {cluster.version} runs (process {cluster.pid}) until 'booking-sim db stop'.")


@db.command()
@click.option("--force", is_flag=True, help="Stop it also while a surge, a notebook or another command uses it.")
def stop(*, force: bool) -> None:
    """Stop the embedded server; its data stays.

    It is not stopped while somebody uses it: a message says who does. A server that POSTGRES_URL or PG* names is
    never stopped.
    """
    source, url = named_server()
    if url is not None:
        click.echo(f"{source} names the server at {address(url)}: only the embedded server can be stopped.")
        return
    was_running = Cluster(default_folder()).stop(force=force)
    click.echo("Stopped." if was_running else "It was not running.")


@db.command()
def url() -> None:
    """Print one URL for any client, and nothing else.

    The embedded server is started if it is not running, and stays until 'db stop', since the client comes later. If
    POSTGRES_URL holds a password, so does the URL printed.

    \b
    Examples:
      psql "$(booking-sim db url)"
      pgbench -i "$(booking-sim db url)"
      DATABASE_URL="$(booking-sim db url)" node server.js
    """  # noqa: D301
    if named_server()[1] is None:
        Cluster(default_folder()).stay()
    with open_server() as server:
        click.echo(server.url)


@db.command()
def status() -> None:
    """Say where PostgreSQL comes from, whether it runs, where its data is and who uses it. Nothing is started."""
    source, url = named_server()
    if url is not None:
        with open_server() as server:
            major, minor = divmod(server.version, 10000)
            _show(source=source, version=f"PostgreSQL {major}.{minor}", running="yes", address=address(url))
        return
    cluster = Cluster(default_folder())
    pid, users = cluster.pid, cluster.users
    _show(
        source="embedded",
        version=f"PostgreSQL {cluster.version}",
        running=f"yes, process {pid}" if pid else "no",
        data=cluster.data if cluster.data.exists() else f"{cluster.data} (made at the first start)",
        socket=cluster.socket,
        users=", ".join(users) or "none",
        stays="until 'booking-sim db stop'" if cluster.stays else "no, it stops with its last user",
    )


@db.command()
def migrate() -> None:
    """Bring the database to the schema of this version; on one that has it already, do nothing.

    A surge does this by itself. Other sessions may run it at the same time: one does the work, the others wait.
    """
    with open_server() as server:
        applied = migrate_database(server.url)
    click.echo("".join(f"applied {name}\n" for name in applied) or "up to date\n", nl=False)


@db.command()
@click.argument("role")
@click.option("--audit", is_flag=True, help="Let it read the tables too: for the audit, a surge and your checks.")
def grant(*, role: str, audit: bool) -> None:
    """Let ROLE call the booking functions: create_event, reserve, confirm, release, expire_holds.

    This is all that an application needs. The functions act with the rights of their owner, so ROLE can neither read
    nor write a table, and cannot make a wrong state. Granting again does no harm; a later 'db migrate' keeps it, 'db
    reset' does not. Give the name as PostgreSQL keeps it, without quotes.

    With --audit, the observer still cannot see what the sessions of other roles wait for, until a superuser runs 'grant
    pg_read_all_stats to ROLE'.

    \b
    Examples:
      psql "$(booking-sim db url)" -c 'create role web login'
      booking-sim db grant web
      booking-sim db grant auditor --audit
      booking-sim db grant 'Box Office'
    """  # noqa: D301
    with open_server() as server:
        grant_to_role(server.url, role, audit=audit)
    click.echo(
        f"Role '{role}' may call the five functions{' and read the tables' if audit else ''} of schema 'booking'."
    )


@db.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(*, yes: bool) -> None:
    """Drop all events, tickets and booking intents, and begin with an empty schema.

    Only a database that 'db migrate' or a surge made its schema in is reset, and only that schema.
    """
    with open_server() as server, connect(server.url) as connection:
        where = f"database '{connection.info.dbname}' at {address(server.url)}"
        if not yes and not sys.stdin.isatty():
            raise click.UsageError(f"This drops all bookings in {where}: say so with --yes.")
        if yes or click.confirm(f"Drop all bookings in {where}?"):
            reset_database(connection)
            click.echo(f"The schema of {where} is new and empty.")
        else:
            click.echo("Nothing was changed.")


def _show(**lines: object) -> None:
    for name, value in lines.items():
        click.echo(f"{name:<9}{value}")
