-- One buyer gives back the hold of an intent: one round trip.
select skip_locked_function.release(:intent);
