-- A house with a history, so that no table is so small that reading all of it is the best plan.
select count(booking.create_event('last year', 1)) from generate_series(1, 2000);

insert into booking.booking_intents
    (event_id, user_id, quantity, ticket_nos, status, request_key, hold_for, created_at, expires_at, released_at)
select 1 + n % 2000, 'buyer ' || n, 1, '{1}', 'released', 'key ' || n, '5 minutes', began, began + interval '5 minutes', began
from (select n, now() - n * interval '1 second' as began from generate_series(1, 20000) as n) as past;
