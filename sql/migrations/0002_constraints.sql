-- What prevents wrong states. docs/wrong-states.md says for each wrong state which trigger, key, type or privilege prevents it, or
-- which rule of the audit detects it. Nothing here is called when an intent or a ticket is inserted, and next to nothing when an
-- available ticket is put on hold.
--
-- They are triggers and not CHECKs, because PostgreSQL compiles a CHECK again in each statement that writes the table, and a
-- CHECK does not see the old row.

create function booking.refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% of %.% is refused: what was written there stays', lower(tg_op), tg_table_schema, tg_table_name
        using errcode = 'BK010', constraint = tg_name, table = tg_table_name, schema = tg_table_schema;
end $$;

create function booking.check_intent() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if old.status <> 'pending'
        or (old.id, old.event_id, old.user_id, old.quantity, old.ticket_nos, old.hold_for, old.created_at, old.expires_at)
            is distinct from
            (new.id, new.event_id, new.user_id, new.quantity, new.ticket_nos, new.hold_for, new.created_at, new.expires_at)
        or old.request_key is distinct from new.request_key
        or (case new.status
            when 'confirmed' then new.confirmed_at >= new.created_at and new.confirmed_at < new.expires_at
                and num_nonnulls(new.released_at, new.expired_at) = 0
            when 'released' then new.released_at >= new.created_at and new.released_at < new.expires_at
                and num_nonnulls(new.confirmed_at, new.expired_at) = 0
            when 'expired' then new.expired_at >= new.expires_at
                and num_nonnulls(new.confirmed_at, new.released_at) = 0
        end) is not true
        -- An end is written when it happens, in this transaction. Where the clock was set back since it began, nobody can say.
        or clock_timestamp() >= now() and coalesce(new.confirmed_at, new.released_at, new.expired_at)
            not between now() and greatest(clock_timestamp(), new.created_at)
    then
        raise exception 'intent % is %: the only change allowed is the end of a pending intent, when it ends', old.id, old.status
            using errcode = 'BK010', constraint = tg_name, table = tg_table_name, schema = tg_table_schema;
    end if;
    return new;
end $$;
create trigger check_intent before update on booking.booking_intents for each row execute function booking.check_intent();

create function booking.check_ticket() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if (
        old.status = 'held' and case new.status
            when 'held' then old.hold_expires_at <= clock_timestamp() and new.intent_id <> old.intent_id
            when 'sold' then new.intent_id = old.intent_id and new.held_by = old.held_by and new.hold_expires_at is null
            else num_nonnulls(new.intent_id, new.held_by, new.hold_expires_at) = 0
        end
    ) is not true then
        raise exception 'ticket % of event % is %: this is not a legal change of it', old.ticket_no, old.event_id, old.status
            using errcode = 'BK010', constraint = tg_name, table = tg_table_name, schema = tg_table_schema;
    end if;
    if new.status = 'available' then
        insert into booking.ticket_returns (event_id, returned_in) values (new.event_id, pg_current_xact_id());
        new.returned_no := new.ticket_no;
    end if;
    return new;
end $$;
-- Not called for available tickets, so that a claim stays cheap; the audit checks those changes.
create trigger check_ticket before update on booking.tickets for each row
    when (old.status <> 'available') execute function booking.check_ticket();

create trigger numbers_are_final before update of event_id, ticket_no on booking.tickets for each row
    execute function booking.refuse_change();

create trigger keep_events before update of id, capacity, created_at or delete on booking.events
    for each row execute function booking.refuse_change();
create trigger keep_all_events before truncate on booking.events execute function booking.refuse_change();
create trigger keep_tickets before delete on booking.tickets for each row execute function booking.refuse_change();
create trigger keep_all_tickets before truncate on booking.tickets execute function booking.refuse_change();
create trigger keep_intents before delete on booking.booking_intents for each row execute function booking.refuse_change();
create trigger keep_all_intents before truncate on booking.booking_intents execute function booking.refuse_change();
create trigger keep_request_keys before update or delete on booking.request_keys
    for each row execute function booking.refuse_change();
create trigger keep_all_request_keys before truncate on booking.request_keys execute function booking.refuse_change();
create trigger keep_claimed_blocks before update or delete on booking.claimed_blocks
    for each row execute function booking.refuse_change();
create trigger keep_all_claimed_blocks before truncate on booking.claimed_blocks execute function booking.refuse_change();
create trigger keep_ticket_returns before update or delete on booking.ticket_returns
    for each row execute function booking.refuse_change();
create trigger keep_all_ticket_returns before truncate on booking.ticket_returns execute function booking.refuse_change();
create trigger keep_stock_checks before update or delete on booking.stock_checks
    for each row execute function booking.refuse_change();
create trigger keep_all_stock_checks before truncate on booking.stock_checks execute function booking.refuse_change();
