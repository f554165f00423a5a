-- Optimistic, with a version column
--
-- does: Reads the lowest available tickets and their versions without a lock, and writes the hold only where the version is
--   still the one that was read; if it is not, tries again.
-- used by: Hibernate (@Version) and Rails (lock_version), wherever an entity of theirs is a seat or a ticket.
-- costs: All read the same lowest ticket, one of them wins, and the others have waited for its commit and lose: work thrown
--   away grows with the number of buyers, the retries run out, and the answer is contended. The write waits for locks after all:
--   where holds end as fast as buyers wait, they deadlock with those who expire holds, as the blocking ones do.
-- client: retry 40P01

create index if not exists tickets_available on booking.tickets (event_id, ticket_no) where status = 'available';

alter table booking.tickets add column version int not null default 0;

create or replace function booking.hold(
    event_id bigint, user_id text, quantity int, hold_for interval, request_key text,
    out intent_id bigint, out ticket_nos int[], out hold_expires_at timestamptz)
language plpgsql as $$
#variable_conflict use_column
declare
    versions int[];
    held_at timestamptz;
    written int;
begin
    select array_agg(ticket_no), array_agg(version) into ticket_nos, versions
    from (
        select t.ticket_no, t.version from booking.tickets as t
        where t.event_id = hold.event_id and t.status = 'available'
        order by t.ticket_no
        limit hold.quantity
    ) as read;
    held_at := clock_timestamp();  -- not before: what is read may have been given back since
    hold_expires_at := held_at + hold_for;
    if coalesce(cardinality(ticket_nos), 0) = quantity then
        insert into booking.booking_intents as i
            (event_id, user_id, quantity, ticket_nos, request_key, hold_for, created_at, expires_at)
            values (hold.event_id, hold.user_id, hold.quantity, hold.ticket_nos, hold.request_key, hold.hold_for, held_at,
                    hold.hold_expires_at)
            returning i.id into intent_id;
        update booking.tickets as t
            set status = 'held', intent_id = hold.intent_id, held_by = hold.user_id,
                hold_expires_at = hold.hold_expires_at, returned_no = null, version = t.version + 1
            from unnest(hold.ticket_nos, versions) as read (ticket_no, version)
            where t.event_id = hold.event_id and t.ticket_no = read.ticket_no and t.version = read.version
                and t.status = 'available';
        get diagnostics written = row_count;
    end if;
    if written is distinct from quantity then
        raise exception 'short of % tickets', quantity using errcode = 'BK000';
    end if;
end $$;
