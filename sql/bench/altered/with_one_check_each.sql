-- With what was left out: one CHECK for each table, an immutable function.
create function booking.is_ticket(
    status booking.ticket_status, intent_id bigint, held_by text, hold_expires_at timestamptz) returns boolean
language plpgsql immutable as $$
begin
    return case status
        when 'available' then num_nonnulls(intent_id, held_by, hold_expires_at) = 0
        when 'held' then num_nonnulls(intent_id, held_by, hold_expires_at) = 3
        else num_nonnulls(intent_id, held_by) = 2 and hold_expires_at is null
    end;
end $$;
create function booking.is_intent(
    status booking.intent_status, quantity int, ticket_nos int[], hold_for interval, created_at timestamptz, expires_at timestamptz)
returns boolean
language plpgsql immutable as $$
begin
    return quantity = cardinality(ticket_nos) and expires_at = created_at + hold_for;
end $$;
alter table booking.tickets add check (booking.is_ticket(status, intent_id, held_by, hold_expires_at));
alter table booking.booking_intents
    add check (booking.is_intent(status, quantity, ticket_nos, hold_for, created_at, expires_at));
