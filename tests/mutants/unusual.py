"""Versions that are unusual and right: nobody may accuse them."""

from mutant import RIGHT, Mutant, confirm, refuse, release, reserve

KNOWN = "exists (select from booking.request_keys as k where k.user_id = user_id and k.request_key = request_key)"
SLEEP = "perform pg_sleep(random() * 0.01);"

_UNUSUAL = {
    "slow": ("It begins slowly.", reserve("", before=SLEEP)),
    "slow_commit": ("It keeps its locks for a while.", reserve(SLEEP)),
    "slow_sale": ("A payment takes a while.", confirm(SLEEP)),
    "often_contended": (
        "It is contended whenever another call is under way.",
        refuse(f"not {KNOWN} and not pg_try_advisory_xact_lock(event_id)", "contended"),
    ),
    "one_at_a_time": (
        "Calls of an event wait for each other.",
        reserve("", before="perform pg_advisory_xact_lock(event_id);"),
    ),
    "random_order": (
        "Tickets come in a random order.",
        reserve("", before="perform setval('booking.places', (random() * 1000)::bigint);"),
    ),
    "answered_backwards": (
        "The answer names the tickets in another order.",
        reserve(
            "if outcome = 'held' then ticket_nos := array(select unnest(ticket_nos) as n order by n desc); end if;"
        ),
    ),
    "sweeps_first": (
        "It gives overdue holds back first.",
        reserve("", before="perform booking.expire_holds(event_id, 10);"),
    ),
    "refuses_late": (
        "It tries again before it refuses.",
        reserve(f"if outcome = 'sold_out' then {SLEEP} {RIGHT} end if;"),
    ),
    "slow_release": (
        "A release sweeps first, and takes a while.",
        release(SLEEP + "perform booking.expire_holds(intent.event_id);"),
    ),
    "no_sweeper": (
        "The sweeper does nothing.",
        "create or replace function booking.expire_holds(event_id bigint default null, max_tickets int default 1000) returns int"
        " language sql security definer as $$ select 0 $$;",
    ),
}
UNUSUAL = {name: Mutant(name, "right", sentence, sql) for name, (sentence, sql) in _UNUSUAL.items()}
