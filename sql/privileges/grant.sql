-- What an application's role has and needs: to execute the five functions, which act with the rights of their owner.
grant usage on schema booking to {role};
grant execute on function
    booking.create_event(text, int),
    booking.reserve(bigint, text, int, interval, text),
    booking.confirm(bigint, text),
    booking.release(bigint, text),
    booking.expire_holds(bigint, int)
    to {role}
