-- Holds tickets of an event, one a call, each until the same instant: {due}, in seconds since 1970.
do $$
declare
    answer record;
    due timestamptz := to_timestamp({due});
begin
    for n in 1..{calls} loop
        select * into answer
            from booking.reserve({event_id}, 'crowd', 1, greatest(due - clock_timestamp(), interval '1 millisecond'));
        if answer.outcome <> 'held' then
            raise exception 'the answer to a call with no other beside it was %, with tickets left', answer.outcome;
        end if;
        commit;
    end loop;
end $$
