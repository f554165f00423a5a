"""The broken versions, by what is wrong with them."""

from mutant import RIGHT, UNGUARDED, Mutant, confirm, refuse, release, reserve
from pieces import FREE, LIVE, ONE_OF, ROLLED_BACK, SELL, WITHOUT, back, held, of_intent, rolled_back

ACKNOWLEDGED = {
    "hold_rolled_back": (
        "A hold is answered and rolled back.",
        reserve("", before=f"begin {RIGHT} {ROLLED_BACK} return;"),
    ),
    "hold_deleted": (
        "One hold in 20 is answered, and its rows are gone.",
        reserve(
            held(back() + "delete from booking.booking_intents as i where i.id = intent_id;", "one_in_20"),
            unguarded=True,
        ),
    ),
    "hold_of_another_user": (
        "One hold in 20 is written for another user.",
        reserve(
            held(
                "update booking.booking_intents as i set user_id = i.user_id || '0' where i.id = intent_id;"
                "update booking.tickets as t set held_by = t.held_by || '0' where t.event_id = event_id and t.intent_id = intent_id;",
                "one_in_20",
            ),
            unguarded=True,
        ),
    ),
    "other_ticket_answered": (
        "The answer names the next ticket.",
        reserve(held("ticket_nos[1] := ticket_nos[1] % 6 + 1;", "quantity = 1")),
    ),
    "later_deadline_answered": (
        "The answer promises a second more.",
        reserve(held("hold_expires_at := hold_expires_at + interval '1 s';")),
    ),
    "deadline_rounded": (
        "The answer's deadline is rounded to milliseconds.",
        reserve(held("hold_expires_at := date_trunc('milliseconds', hold_expires_at);")),
    ),
    "half_as_long": ("A hold lasts half as long as requested.", reserve("", before="hold_for := hold_for / 2;")),
    "twice_as_long": ("A hold lasts twice as long as requested.", reserve("", before="hold_for := hold_for * 2;")),
    "second_hold": (
        "One hold in 20 comes with another that nobody requested.",
        reserve(held("perform booking.right_reserve(event_id, user_id || 'x', 1, hold_for);", "one_in_20")),
    ),
    "refusal_that_holds": (
        "One hold in 20 is answered with sold_out.",
        reserve(held(WITHOUT.format("sold_out"), "one_in_20")),
    ),
    "contended_that_holds": (
        "One hold in 20 is answered with contended.",
        reserve(held(WITHOUT.format("contended"), "one_in_20")),
    ),
    "sale_not_made": ("A sale is answered and not made.", confirm(of_intent("return 'confirmed';", LIVE))),
    "sale_not_made_sometimes": (
        "One sale in 20 is answered and not made.",
        confirm(of_intent("return 'confirmed';", f"one_in_20 and {LIVE}")),
    ),
    "sale_without_tickets": (
        "One sale in 20 does not sell the tickets.",
        confirm(
            of_intent(
                "answer := booking.right_confirm(intent_id, user_id);"
                + back("intent.event_id", "intent.ticket_nos")
                + "return answer;",
                f"one_in_20 and {LIVE}",
            ),
            unguarded=True,
        ),
    ),
    "sale_rolled_back": (
        "One sale in 20 is answered and rolled back.",
        confirm(
            of_intent(
                rolled_back("answer := booking.right_confirm(intent_id, user_id);") + "return answer;",
                f"one_in_20 and {LIVE}",
            )
        ),
    ),
    "release_not_made": ("A release is answered and not made.", release(of_intent("return 'released';", LIVE))),
    "release_rolled_back": (
        "One release in 20 is answered and rolled back.",
        release(
            of_intent(
                rolled_back("answer := booking.right_release(intent_id, user_id);") + "return answer;",
                f"one_in_20 and {LIVE}",
            )
        ),
    ),
    "tickets_released_only": (
        "A release gives the tickets back and leaves the intent pending.",
        release(of_intent(back("intent.event_id", "intent.ticket_nos") + "return 'released';", LIVE), unguarded=True),
    ),
    "release_sells": (
        "One release in 20 sells.",
        release(of_intent("perform booking.confirm(intent_id, user_id); return 'released';", f"one_in_20 and {LIVE}")),
    ),
    "sale_releases": (
        "One sale in 20 gives the tickets back.",
        confirm(of_intent("perform booking.release(intent_id, user_id); return 'confirmed';", f"one_in_20 and {LIVE}")),
    ),
    "sold_by_nobody": (
        "One hold in 20 is sold at once.",
        reserve(held("perform booking.confirm(intent_id, user_id);", "one_in_20")),
    ),
    "released_by_nobody": (
        "One hold in 20 is given back at once.",
        reserve(held("perform booking.release(intent_id, user_id);", "one_in_20")),
    ),
}

HOLDERS = {
    "takes_live_holds": (
        "One call in 20 takes a ticket out of a live hold first.",
        reserve(
            "",
            before=f"if one_in_20 then {back(ticket_nos='array' + ONE_OF.format(status='held'))} end if;",
            unguarded=True,
        ),
    ),
    "takes_sold_tickets": (
        "One call in 20 takes a sold ticket first.",
        reserve(
            "",
            before=f"if one_in_20 then {back(ticket_nos='array' + ONE_OF.format(status='sold'))} end if;",
            unguarded=True,
        ),
    ),
    "takes_live_holds_rarely": (
        "One call in 200 takes a ticket out of a live hold first.",
        reserve(
            "",
            before=f"if random() < 0.005 then {back(ticket_nos='array' + ONE_OF.format(status='held'))} end if;",
            unguarded=True,
        ),
    ),
    "sweeps_live_holds": (
        "The sweeper gives the tickets of live holds back.",
        """
create or replace function booking.expire_holds(event_id bigint default null, max_tickets int default 1000) returns int
language sql security definer as $$
    with gone as (update booking.tickets as t
        set status = 'available', intent_id = null, held_by = null, hold_expires_at = null
        where t.event_id = expire_holds.event_id and t.status = 'held' returning 1)
    select count(*)::int from gone $$;"""
        + UNGUARDED,
    ),
    "released_twice": (
        "A second release gives the tickets back again, whoever has them now.",
        release(
            of_intent(
                back("intent.event_id", "intent.ticket_nos") + "return 'already_released';",
                "intent.status = 'released'",
            ),
            unguarded=True,
        ),
    ),
    "expired_gives_back": (
        "A release that comes late gives the tickets back, whoever has them now.",
        release(
            of_intent(
                back("intent.event_id", "intent.ticket_nos") + "return 'expired';",
                "intent.expires_at < clock_timestamp()",
            ),
            unguarded=True,
        ),
    ),
    "same_ticket_for_two": (
        "One hold in 20 shares its ticket with another hold.",
        reserve(
            held(
                "insert into booking.booking_intents (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)"
                " select i.event_id, 'buyer 999999', i.quantity, i.ticket_nos, i.request_key, i.hold_for, i.created_at, i.expires_at"
                " from booking.booking_intents as i where i.id = intent_id;",
                "one_in_20",
            )
        ),
    ),
}

SOLD_OUT = {
    "sold_out_sometimes": ("One call in 20 is refused without a search.", refuse("one_in_20")),
    "sold_out_rarely": ("One call in 200 is refused without a search.", refuse("random() < 0.005")),
    "sold_out_when_half_is": ("It refuses when half of the tickets are left.", refuse(f"{FREE} <= 3")),
    "sold_out_one_early": ("It refuses the last ticket.", refuse(f"{FREE} <= quantity")),
    "returns_ignored": (
        "A refusal stays, whatever is given back.",
        "create or replace function booking.is_still_closed(event_id bigint, closed_until timestamptz, seen pg_snapshot) returns boolean"
        " language sql as $$ select true $$;",
    ),
    "overdue_counts_as_held": ("An overdue hold counts as held.", refuse(f"{FREE} = 0")),
    "any_event_sold_out": (
        "It refuses when any event is sold out.",
        refuse(
            "exists (select from booking.tickets as t group by t.event_id having count(*) filter (where t.status = 'available') = 0)"
        ),
    ),
    "counts_intents": (
        "It refuses after as many holds as there are tickets, ended or not.",
        refuse("(select count(*) from booking.booking_intents as i where i.event_id = event_id) >= 6"),
    ),
    "uncommitted_counts": (
        "It refuses while another call is under way.",
        refuse("not pg_try_advisory_xact_lock(event_id)"),
    ),
    "groups_refused": ("It refuses a group one time in two.", refuse("quantity > 1 and random() < 0.5")),
    "refuses_who_was_refused": (
        "It refuses a user with an intent, for ever.",
        refuse("exists (select from booking.booking_intents as i where i.user_id = user_id and i.status <> 'pending')"),
    ),
}

CONTENDED = {
    "contended_sometimes": ("One call in 20 is contended without a reason.", refuse("one_in_20", "contended")),
    "contended_rarely": ("One call in 50 is contended without a reason.", refuse("random() < 0.02", "contended")),
    "contended_beside_holds": (
        "It is contended while anybody has a hold.",
        refuse(
            "exists (select from booking.tickets as t where t.event_id = event_id and t.status = 'held')", "contended"
        ),
    ),
    "contended_groups": ("A group is always contended.", refuse("quantity > 1", "contended")),
    "contended_not_expired": (
        "It is contended where a hold is overdue.",
        refuse(
            "exists (select from booking.tickets as t where t.event_id = event_id and t.hold_expires_at < clock_timestamp())",
            "contended",
        ),
    ),
}

LATE = {
    "sells_late": (
        "A late payment sells.",
        confirm(of_intent(SELL.format(at="clock_timestamp()"), "intent.status = 'pending'"), unguarded=True),
    ),
    "sells_late_and_lies": (
        "A late payment sells, dated just before the deadline.",
        confirm(
            of_intent(
                SELL.format(at="least(clock_timestamp(), intent.expires_at - interval '1 us')"),
                "intent.status = 'pending'",
            ),
            unguarded=True,
        ),
    ),
    "grace": (
        "A payment may be 30 ms late.",
        confirm(
            of_intent(
                SELL.format(at="intent.expires_at - interval '1 us'"),
                "intent.status = 'pending' and clock_timestamp() between intent.expires_at and intent.expires_at + interval '30 ms'",
            ),
            unguarded=True,
        ),
    ),
    "sells_expired": (
        "A payment sells a hold that has expired, if nobody else has the ticket.",
        confirm(
            of_intent(
                "update booking.tickets as t set status = 'sold', intent_id = intent.id, held_by = user_id, hold_expires_at = null,"
                " returned_no = null where t.event_id = intent.event_id and t.ticket_no = any (intent.ticket_nos)"
                " and t.status = 'available';"
                "update booking.booking_intents as i set status = 'confirmed', confirmed_at = clock_timestamp(), expired_at = null"
                " where i.id = intent_id; return 'confirmed';",
                "intent.status = 'expired'",
            ),
            unguarded=True,
        ),
    ),
}

REFUSED = {
    "expired_for_live": (
        "One live hold in 20 is refused its sale.",
        confirm(of_intent("return 'expired';", f"one_in_20 and {LIVE}")),
    ),
    "expired_early": (
        "A payment is refused in the last 100 ms of a hold.",
        confirm(
            of_intent(
                "return 'expired';",
                "intent.status = 'pending' and intent.expires_at < clock_timestamp() + interval '100 ms'",
            )
        ),
    ),
    "sold_and_refused": (
        "One sale in 20 is answered with expired.",
        confirm(
            of_intent("perform booking.right_confirm(intent_id, user_id); return 'expired';", f"one_in_20 and {LIVE}")
        ),
    ),
    "release_refused": (
        "One release of a live hold in 20 is refused.",
        release(of_intent("return 'expired';", f"one_in_20 and {LIVE}")),
    ),
    "not_found": ("One hold in 20 is not found.", confirm(of_intent("return 'not_found';", f"one_in_20 and {LIVE}"))),
    "release_not_found": (
        "One hold in 20 is not found by release.",
        release(of_intent("return 'not_found';", f"one_in_20 and {LIVE}")),
    ),
}

EARLY = {
    "ends_early": (
        "One call in 20 ends a live hold.",
        reserve(
            "",
            before="if one_in_20 then"
            " with gone as (update booking.booking_intents as i set status = 'expired', expired_at = clock_timestamp()"
            " where i.id = (select min(o.id) from booking.booking_intents as o where o.event_id = event_id and o.status = 'pending'"
            " and o.expires_at > clock_timestamp()) returning i.id)"
            " update booking.tickets as t set status = 'available', intent_id = null, held_by = null, hold_expires_at = null"
            " from gone where t.event_id = event_id and t.intent_id = gone.id; end if;",
            unguarded=True,
        ),
    ),
    "ends_early_and_lies": (
        "One call in 20 ends a live hold, dated at its deadline.",
        reserve(
            "",
            before="if one_in_20 then"
            " with gone as (update booking.booking_intents as i set status = 'expired', expired_at = i.expires_at"
            " where i.id = (select min(o.id) from booking.booking_intents as o where o.event_id = event_id and o.status = 'pending'"
            " and o.expires_at > clock_timestamp()) returning i.id)"
            " update booking.tickets as t set status = 'available', intent_id = null, held_by = null, hold_expires_at = null"
            " from gone where t.event_id = event_id and t.intent_id = gone.id; end if;",
            unguarded=True,
        ),
    ),
    "released_for_somebody": (
        "One call in 20 releases somebody else's hold.",
        reserve(
            "",
            before="if one_in_20 then perform booking.release(i.id, i.user_id) from booking.booking_intents as i"
            " where i.event_id = event_id and i.status = 'pending' order by i.id limit 1; end if;",
        ),
    ),
}

KEYS = {
    "key_ignored": ("The request key is ignored.", reserve("", before="request_key := null;")),
    "key_while_live": (
        "A key is forgotten when its hold is over.",
        reserve(
            "",
            before="if exists (select from booking.request_keys as k join booking.booking_intents as i on i.id = k.intent_id"
            " where k.user_id = user_id and k.request_key = request_key and i.expires_at < clock_timestamp())"
            " then request_key := null; end if;",
        ),
    ),
    "key_of_anybody": (
        "A key is answered with the hold of another user who sent the same.",
        reserve(
            "",
            before="select 'held', i.id, i.ticket_nos, i.expires_at into outcome, intent_id, ticket_nos, hold_expires_at"
            " from booking.request_keys as k join booking.booking_intents as i on i.id = k.intent_id"
            " where k.request_key = request_key and one_in_20 limit 1; if found then return; end if;",
        ),
    ),
    "key_refused_again": (
        "A request that was held is refused when it is repeated.",
        refuse(
            "exists (select from booking.request_keys as k where k.user_id = user_id and k.request_key = request_key)"
        ),
    ),
    "key_contended_again": (
        "A request that was held is contended when it is repeated.",
        refuse(
            "exists (select from booking.request_keys as k where k.user_id = user_id and k.request_key = request_key)",
            "contended",
        ),
    ),
    "key_with_new_deadline": (
        "A repeated request is answered with a new deadline.",
        reserve(held("hold_expires_at := clock_timestamp() + hold_for;")),
    ),
}

GROUPS = {
    "one_less": (
        "A group gets one ticket less.",
        reserve("", before="if quantity > 1 then quantity := quantity - 1; end if;"),
    ),
    "one_more": (
        "One call in 20 gets one ticket more.",
        reserve("", before="if one_in_20 then quantity := quantity + 1; end if;"),
    ),
    "half_answered": ("The answer names one ticket of a group.", reserve(held("ticket_nos := ticket_nos[:1];"))),
    "ticket_twice": (
        "The answer names one ticket of a group twice.",
        reserve(held("ticket_nos[2] := ticket_nos[1];", "quantity > 1")),
    ),
    "what_is_left": (
        "A group gets what is left.",
        reserve("", before=f"quantity := greatest(1, least(quantity, {FREE}))::int;"),
    ),
}

CAUSES = {
    "already_confirmed_first": (
        "One first payment in 20 is already_confirmed.",
        confirm(
            of_intent(
                "perform booking.right_confirm(intent_id, user_id); return 'already_confirmed';",
                f"one_in_20 and {LIVE}",
            )
        ),
    ),
    "already_released_first": (
        "One first release in 20 is already_released.",
        release(
            of_intent(
                "perform booking.right_release(intent_id, user_id); return 'already_released';", f"one_in_20 and {LIVE}"
            )
        ),
    ),
    "released_for_live": (
        "One live hold in 20 is answered with released.",
        confirm(of_intent("return 'released';", f"one_in_20 and {LIVE}")),
    ),
    "confirmed_for_live": (
        "One release of a live hold in 20 is answered with confirmed.",
        release(of_intent("return 'confirmed';", f"one_in_20 and {LIVE}")),
    ),
}

INSTANTS = {
    "dated_back": (
        "One hold in 20 is dated back by an hour, in the tables and in the answer.",
        reserve(
            held(
                "update booking.booking_intents as i set created_at = i.created_at - interval '1 h', expires_at = i.expires_at - interval '1 h'"
                " where i.id = intent_id; hold_expires_at := hold_expires_at - interval '1 h';"
                "update booking.tickets as t set hold_expires_at = t.hold_expires_at - interval '1 h'"
                " where t.event_id = event_id and t.intent_id = intent_id;",
                "one_in_20",
            ),
            unguarded=True,
        ),
    ),
    "sale_dated_back": (
        "A sale is dated at the start of its hold.",
        confirm(
            of_intent(SELL.format(at="intent.created_at + interval '1 us'"), f"intent.status = 'pending' and {LIVE}"),
            unguarded=True,
        ),
    ),
    "release_dated_back": (
        "A release is dated at the start of its hold.",
        release(
            of_intent(
                "answer := booking.right_release(intent_id, user_id);"
                "update booking.booking_intents as i set released_at = i.created_at + interval '1 us' where i.id = intent_id and i.status = 'released';"
                "return answer;",
                LIVE,
            ),
            unguarded=True,
        ),
    ),
}

CLASSES = {
    "acknowledged": ACKNOWLEDGED,
    "two holders": HOLDERS,
    "false sold_out": SOLD_OUT,
    "false contended": CONTENDED,
    "late sale": LATE,
    "refused sale": REFUSED,
    "early end": EARLY,
    "request key": KEYS,
    "partial group": GROUPS,
    "answer without cause": CAUSES,
    "instants": INSTANTS,
}
BROKEN = {
    name: Mutant(name, kind, sentence, sql)
    for kind, mutants in CLASSES.items()
    for name, (sentence, sql) in mutants.items()
}
"""Every broken version by its name."""
