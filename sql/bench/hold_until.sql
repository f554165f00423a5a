-- A call of pgbench: a reservation whose hold ends at `due`, in seconds since 1970.
select *
from booking.reserve(
    :event, 'user' || :client_id, 1, greatest(to_timestamp(:due) - clock_timestamp(), interval '1 millisecond'));
