-- Gives back every hold of an event, each in its own transaction.
do $$
declare
    intent record;
begin
    for intent in
        select id from booking.booking_intents where event_id = {event_id} and status = 'pending' order by id
    loop
        perform booking.release(intent.id, 'crowd');
        commit;
    end loop;
end $$
