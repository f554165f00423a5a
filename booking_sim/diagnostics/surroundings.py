"""Checks of what is around a run: rights, connections, other sessions, the round trip, and this machine."""

import math
from collections.abc import Iterator

from booking_sim.database.headroom import RESERVED_CONNECTIONS
from booking_sim.diagnostics.check_result import CheckResult, good, hurts, unknown
from booking_sim.diagnostics.facts import Facts

IN_SCRATCH_DATABASES = ("compare", "bench", "strategies")
"""Commands that work in scratch databases only."""

_MANY = 500
"""From this number of connections on, a server does more to manage them than to serve them; each is a process."""
_OLD_S = 5.0
"""A transaction of a booking shop is over in milliseconds."""
_OLD_XIDS = 1_000_000
_FAR_S = 0.010
_CLOCK_S = 1.0
_BUSY = 0.25
_SPARE_FILES = 64


def checks(facts: Facts) -> Iterator[CheckResult]:
    """Every check of the surroundings."""
    yield _rights(facts)
    yield _scratch(facts)
    yield _connections(facts)
    yield _processes(facts)
    yield _pooler(facts)
    yield _visibility(facts)
    yield _others(facts)
    yield _snapshots(facts)
    yield _statements(facts)
    yield _round_trip(facts)
    yield _clock(facts)
    yield _cpus(facts)
    yield _generator(facts)


def _rights(facts: Facts) -> CheckResult:
    user, database = facts.server["user_name"], facts.server["database_name"]
    if facts.server["is_standby"] and facts.command != "audit":
        return hurts("rights", "The server is a standby, which nobody can write to.", "Name the primary.")
    if facts.command in IN_SCRATCH_DATABASES:
        return good("rights", f"'{facts.command}' works in scratch databases, and needs none in database '{database}'.")
    owner = facts.server["schema_owner"]
    if owner is None and facts.command == "audit":
        return hurts("rights", f"Database '{database}' has no booking schema to audit.", "Run: booking-sim db migrate.")
    if owner is None and not facts.server["may_create_schemas"]:
        return hurts(
            "rights",
            f"User '{user}' may not make the booking schema in database '{database}'.",
            f"Have its owner run: grant create on database {database} to {user}; or use a database of your own.",
        )
    cannot_call = owner and facts.command != "audit" and not facts.server["may_call"]
    if cannot_call or (owner and not facts.server["may_read"]):
        return hurts(
            "rights",
            f"User '{user}' may not {'call the functions' if cannot_call else 'read the tables'} of schema booking in"
            f" database '{database}'.",
            f"Have '{owner}' run: booking-sim db grant {user} --audit; or use a database of your own.",
        )
    return good("rights", f"User '{user}' has what '{facts.command}' needs in database '{database}'.")


def _scratch(facts: Facts) -> CheckResult:
    user = facts.server["user_name"]
    if facts.server["may_create_databases"]:
        return good("scratch databases", f"User '{user}' may create them, as compare, bench and other strategies do.")
    if facts.command in IN_SCRATCH_DATABASES:
        return hurts(
            "scratch databases",
            f"User '{user}' may not create databases, and '{facts.command}' needs one.",
            f"Have the server's owner run: alter role {user} createdb.",
        )
    return good(
        "scratch databases",
        f"User '{user}' may not create them: '{facts.command}' needs none, but compare, bench and other strategies do.",
    )


def _connections(facts: Facts) -> CheckResult:
    left = max(0, facts.headroom.left - RESERVED_CONNECTIONS)
    if facts.wanted > left:
        return hurts(
            "connections",
            f"{facts.wanted:,} are wanted and {left:,} are left: {facts.headroom.limit}.",
            f"Request at most {left:,}, or raise that limit.",
        )
    if facts.wanted > facts.files - _SPARE_FILES:
        return hurts(
            "connections",
            f"{facts.wanted:,} are wanted, and a process may open {facts.files:,} files and connections here.",
            f"Raise it before the run: ulimit -n {facts.wanted + 2 * _SPARE_FILES}.",
        )
    return good("connections", f"{facts.wanted:,} are wanted and {left:,} are left.")


def _processes(facts: Facts) -> CheckResult:
    most = max(facts.wanted, int(facts.server["connected"]))
    if most > _MANY:
        return hurts(
            "server processes",
            f"{most:,} connections, each a process of the server: the run measures what it costs to manage them.",
            "Use fewer, as an application with a pool does: buyers who wait for a connection are counted too.",
        )
    return good("server processes", f"At most {most:,} connections at once.")


def _pooler(facts: Facts) -> CheckResult:
    if facts.server["backend_pid"] != facts.announced_pid:
        return hurts(
            "pooler",
            "A connection pooler stands before the server: waits are seen in the wrong place or not at all.",
            "Connect to the server itself.",
        )
    return good("pooler", "There is none.")


def _visibility(facts: Facts) -> CheckResult:
    if facts.settings.get("track_activities") == "off":
        return hurts(
            "visibility", "track_activities is off: nobody sees what buyers wait for.", "Set track_activities = on."
        )
    if not facts.server["sees_all"]:
        user = facts.server["user_name"]
        return unknown(
            "visibility",
            f"User '{user}' sees what its own connections do, and not what others do.",
            f"Have the server's owner run: grant pg_read_all_stats to {user}.",
        )
    return good("visibility", "The observer sees what everybody does.")


def _others(facts: Facts) -> CheckResult:
    at_work = facts.server["at_work"]
    if at_work:
        return hurts("others", f"Other sessions are at work on this server: {at_work:,}.", "Run when it is idle.")
    if not facts.server["sees_all"]:
        return unknown(
            "others", f"Others connected: {facts.server['connected']:,}; this user may not see what they do."
        )
    return good("others", f"Others connected: {facts.server['connected']:,}; none is at work.")


def _snapshots(facts: Facts) -> CheckResult:
    server = facts.server
    advice = "End it: until then dead rows cannot be removed, and each call skips more of them."
    if server["oldest_transaction_s"] > _OLD_S:
        return hurts("old snapshots", f"A transaction is {server['oldest_transaction_s']:,.0f} s old.", advice)
    if server["oldest_prepared_s"] > _OLD_S:
        return hurts("old snapshots", f"A prepared transaction is {server['oldest_prepared_s']:,.0f} s old.", advice)
    if server["oldest_slot_xids"] > _OLD_XIDS:
        return hurts(
            "old snapshots", f"A replication slot is {server['oldest_slot_xids']:,} transactions behind.", advice
        )
    if not server["sees_all"]:
        return unknown("old snapshots", "This user has none, and may not see those of others.")
    return good("old snapshots", "None.")


def _statements(facts: Facts) -> CheckResult:
    is_loaded = "pg_stat_statements.max" in facts.settings
    if facts.server["counts_statements"] and is_loaded:
        return good("statements", "pg_stat_statements is here: the result says what each statement cost.")
    advice = "Run: create extension pg_stat_statements."
    if not is_loaded:
        advice = f"Put pg_stat_statements into shared_preload_libraries and restart the server. {advice}"
    can = facts.server["could_count_statements"]
    return unknown("statements", "pg_stat_statements is not here: what each costs is not known.", advice if can else "")


def _round_trip(facts: Facts) -> CheckResult:
    found = f"A round trip takes {1000 * facts.round_trip_s:.3g} ms"
    if facts.round_trip_s > _FAR_S:
        return hurts("round trip", f"{found}: most of a call is the network.", "Run on a machine nearer to the server.")
    return good("round trip", f"{found}.")


def _clock(facts: Facts) -> CheckResult:
    ahead = facts.clock_ahead_s
    if abs(ahead) > _CLOCK_S:
        return hurts(
            "clock",
            f"The server's clock is {abs(ahead):,.1f} s {'ahead of' if ahead > 0 else 'behind'} this machine's:"
            " deadlines follow the server's, and logs of the two cannot be compared.",
            "Let both follow the same time servers (NTP).",
        )
    return good(
        "clock", f"The server's clock is {'ahead of' if ahead > 0 else 'behind'} this machine's by {_ms(abs(ahead))}."
    )


def _ms(seconds: float) -> str:
    return "less than a millisecond" if seconds < 0.001 else f"{1000 * seconds:,.0f} ms"


def _cpus(facts: Facts) -> CheckResult:
    shared = "server and generator share them" if facts.is_here else "the server has others"
    found = f"{facts.cpus} CPUs, {facts.busy:.0%} busy, and {shared}"
    if facts.busy > _BUSY:
        return hurts("CPUs", f"{found}: another program is at work.", "End it, or wait until it has ended.")
    if facts.cpus < 2:
        return hurts("CPUs", f"{found}: the generator waits for itself.", "Use a machine with two or more.")
    return good("CPUs", f"{found}.")


def _generator(facts: Facts) -> CheckResult:
    if math.isnan(facts.cpu_per_call_s):
        return unknown(
            "generator",
            "How much CPU a call takes is not known: that needs the booking schema.",
            "Run: booking-sim db migrate.",
        )
    limit, cost_us = facts.cpus / facts.cpu_per_call_s, 1e6 * facts.cpu_per_call_s
    others = "buyers, records and the server take" if facts.is_here else "buyers and records take"
    return good(
        "generator",
        f"An empty call takes {cost_us:,.0f} µs of its CPU: with {facts.cpus} workers on {facts.cpus} CPUs it sends at"
        f" most {limit:,.0f} calls per second, less what {others} of the same CPUs.",
    )
