-- How reserve() finds tickets: near the cost of being handed their numbers, from the first ticket to long after the last.
--
-- Each event has a sequence, its dispenser: no row, so handing out numbers waits for nobody and leaves nothing dead behind.
-- Its value is one of
--     0 .. capacity   how many tickets were handed out for the first time
--     above that      all were; the count goes on, and its remainder says where the next search starts
--     above 2^60      a refusal mark, 2^22 * (milliseconds since 1970) + left: until then at most `left` tickets can be had
--
-- After the last number, what can still be had is: tickets that are `returned`; tickets in holds that are overdue; and
-- strays, whose number was handed out to a transaction that then rolled back. Strays lie above what is combed: combing
-- them out makes them returned tickets. It is done lap by lap during the sale, so that little is left to do at its end.
--
-- Claiming never waits for a row lock. Lock order: an intent, then its tickets.

-- Whether a dispenser's value is a mark that refuses so many tickets now.
create function booking.refuses(dispensed bigint, quantity int) returns boolean
language sql as $$
    select dispensed > 1::bigint << 60 and quantity > (dispensed & ((1 << 22) - 1))
        and clock_timestamp() < to_timestamp((dispensed >> 22) / 1e3)
$$;


-- Looks through the tickets that are not combed yet, up to a number that was handed out, for strays: they become returned tickets,
-- except those that somebody has locked, who may hold them yet.
create function booking.comb(event_id bigint, up_to int) returns void
language plpgsql as $$
#variable_conflict use_variable
declare
    combed int;
    strays int[];
    locked_stray int;
begin
    select c.up_to into combed from booking.combed as c where c.event_id = event_id;
    if combed >= up_to then
        return;
    end if;
    strays := array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.ticket_no between combed + 1 and up_to and t.status = 'available' and not t.returned);
    if strays <> '{}' then
        with free as materialized (
            select t.ticket_no from booking.tickets as t
            where t.event_id = event_id and t.ticket_no = any (strays) and t.status = 'available' and not t.returned
            for update skip locked
        ), combed_out as (
            update booking.tickets as t set returned = true
            where t.event_id = event_id and t.ticket_no = any (array(select f.ticket_no from free as f))
            returning t.ticket_no
        )
        select min(s) into locked_stray from unnest(strays) as s where s not in (select c.ticket_no from combed_out as c);
    end if;
    combed := coalesce(locked_stray - 1, up_to);
    update booking.combed as c set up_to = combed
        where c.event_id = (
            select d.event_id from booking.combed as d where d.event_id = event_id and d.up_to < combed
            for no key update skip locked);  -- somebody in a long transaction may be at it
end $$;


-- Tickets for a buyer, straight from the dispenser, locked. Fewer than asked for: look for leftovers. Null: there are none.
create function booking.claim(event_id bigint, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
declare
    capacity int;
    dispenser regclass;
    dispensed bigint;
    claimed int[];
    lap int;
begin
    select e.capacity, e.dispenser, pg_sequence_last_value(e.dispenser) into capacity, dispenser, dispensed
        from booking.events as e where e.id = event_id;
    if dispensed + quantity <= capacity then
        claimed := booking.take_fresh(event_id, dispenser, quantity);
        lap := greatest(1000, capacity / 32);
        if claimed[quantity] % lap < quantity then
            perform booking.comb(event_id, claimed[quantity] - lap);  -- a lap behind, where hardly anybody is still at it
        end if;
        return claimed;
    elsif quantity <= capacity and booking.refuses(dispensed, quantity) then
        return null;
    end if;
    return '{}';
end $$;


-- Takes the next tickets of the dispenser, locked; without those that somebody found by another way.
create function booking.take_fresh(event_id bigint, dispenser regclass, quantity int) returns int[]
language plpgsql as $$
#variable_conflict use_variable
begin
    return array(
        select t.ticket_no from booking.tickets as t
        where t.event_id = event_id and t.status = 'available'
            and t.ticket_no = any (array(select nextval(dispenser) from generate_series(1, quantity)))
        for update skip locked);
end $$;
