-- One buyer reserves one ticket: one round trip.
select skip_locked_function.reserve(1, 'buyer' || :client_id);
