-- What reserve() knows when it refuses: whether tickets are left, what an earlier refusal found, and whether somebody is searching.

-- Whether fewer than `quantity` tickets could be had in one instant of this call, locked or not. If so, the finding is kept, so that
-- the next refusals read one row. All is read in one snapshot, and the clock after it was taken.
create function booking.is_sold_out(event_id bigint, quantity int, capacity int) returns boolean
language plpgsql as $$
#variable_conflict use_variable
declare
    blocks int[] := booking.unclaimed_blocks(event_id, capacity, quantity, 1);
    open_blocks int[];
    left_over int;
    closed_until timestamptz;
    seen pg_snapshot;
    own xid8 := pg_current_xact_id();
    written_by xid;
begin
    with clock as materialized (
        select clock_timestamp() as as_of
    ), fresh as materialized (
        select b.block_no, count(*) as tickets
        from unnest(blocks) as b (block_no)
        cross join lateral (
            select from booking.tickets as t
            where t.event_id = event_id and t.ticket_no between 256 * b.block_no - 255 and 256 * b.block_no
                and t.status = 'available' and t.returned_no is null
            limit quantity
        ) as t
        group by b.block_no
    ), returned as (
        select from booking.tickets as t where t.event_id = event_id and t.returned_no is not null limit quantity
    ), overdue as (
        select i.quantity from booking.booking_intents as i
        where i.event_id = event_id and i.status = 'pending' and i.expires_at <= (select as_of from clock)
        order by i.expires_at limit quantity
    )
    select
        (select coalesce(sum(tickets), 0) from fresh) + (select count(*) from returned)
            + (select coalesce(sum(o.quantity), 0) from overdue as o),
        (select min(i.expires_at) from booking.booking_intents as i
         where i.event_id = event_id and i.status = 'pending' and i.expires_at > (select as_of from clock)),
        pg_current_snapshot(),
        array(select block_no from fresh)
        into left_over, closed_until, seen, open_blocks;
    insert into booking.claimed_blocks (event_id, block_no)
        select event_id, b from unnest(blocks) as b where b <> all (open_blocks);
    if cardinality(blocks) = 64 * quantity then
        return false;  -- there may be more of them: search again
    elsif blocks <> '{}' and open_blocks = '{}' then
        insert into booking.claimed_blocks (event_id, block_no) values (event_id, 0);
    end if;
    if left_over >= quantity then
        return false;
    end if;
    -- What the caller's own transaction gives back later is not in the finding, but its number may be older than the snapshot.
    if own < pg_snapshot_xmax(seen) then
        select format('%s:%s:%s', min(x), pg_snapshot_xmax(seen), string_agg(x::text, ',' order by x))::pg_snapshot into seen
            from (select own union select pg_snapshot_xip(seen)) as open_transactions (x);
    end if;
    -- reserve() believes a row whose xmin is `written_by`. It is the number of a subtransaction, since that is younger than the
    -- snapshot: where a copy of the row has the same xmin by chance, what was given back since is younger still, and the row
    -- is void. The first row only finds the number out, and is never believed.
    begin
        insert into booking.stock_checks as c (event_id, capacity, left_over, closed_until, seen, written_by)
            values (event_id, capacity, left_over, coalesce(closed_until, 'infinity'), seen, own::xid)
            returning c.xmin into written_by;
        insert into booking.stock_checks (event_id, capacity, left_over, closed_until, seen, written_by)
            values (event_id, capacity, left_over, coalesce(closed_until, 'infinity'), seen, written_by);
    exception when sqlstate 'BK000' then
        raise;  -- never raised: the clause makes a subtransaction of the block
    end;
    return true;
end $$;


-- Whether a stock check is still true: `closed_until` has not passed, and no ticket was given back outside of the snapshot that it
-- saw. In a copy of a database, transaction numbers from the future void every check until they have passed.
create function booking.is_still_closed(event_id bigint, closed_until timestamptz, seen pg_snapshot) returns boolean
language plpgsql as $$
#variable_conflict use_variable
begin
    return not exists (
            select from booking.ticket_returns as r where r.event_id = event_id and r.returned_in >= pg_snapshot_xmax(seen))
        and not exists (
            select from booking.ticket_returns as r
            where r.event_id = event_id and r.returned_in = any (array(select pg_snapshot_xip(seen))))
        and clock_timestamp() < closed_until;
end $$;


-- Whether somebody else began within the last 60 ms to search all of an event; if not, the caller does now. When the last ticket is
-- gone, one buyer finds out, and the others read what that one found. A hint: whoever waits for it waits a moment only.
create function booking.is_searched(event_id bigint) returns boolean
language plpgsql as $$
declare
    now_ms bigint := 1000 * date_part('epoch', clock_timestamp());
    event_part bigint := event_id % 900000 * 10000000000000;
begin
    if now_ms + event_part - pg_sequence_last_value('booking.searches') between 0 and 60 then
        return true;
    end if;
    perform setval('booking.searches', event_part + now_ms);
    return false;
end $$;
