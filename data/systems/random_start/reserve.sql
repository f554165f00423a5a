-- One buyer reserves one ticket: one round trip.
select random_start.reserve(1, 'buyer' || :client_id);
