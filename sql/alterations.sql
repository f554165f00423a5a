-- Alterations of the schema, of which the bench measures the cost: a constraint, a trigger or an index more or less.

-- name: with_foreign_keys
-- With what was left out: a foreign key from each ticket to its intent, and from each intent to its event.
alter table booking.tickets add foreign key (intent_id) references booking.booking_intents;
alter table booking.booking_intents add foreign key (event_id) references booking.events;

-- name: with_one_check_each
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

-- name: without_check_intent
-- Without the trigger that allows an intent one change: its end.
drop trigger check_intent on booking.booking_intents;

-- name: without_check_ticket
-- Without the trigger that checks the changes of a held or sold ticket.
drop trigger check_ticket on booking.tickets;

-- name: without_deadline_index
-- Without the index that finds holds past their deadline.
drop index booking.intents_by_deadline;

-- name: without_keep_triggers
-- Without the triggers that refuse a change or the loss of what stays.
drop trigger numbers_are_final on booking.tickets;
drop trigger keep_tickets on booking.tickets;
drop trigger keep_intents on booking.booking_intents;

-- name: without_returned_index
-- Without the index that finds tickets given back.
drop index booking.tickets_returned;
