-- One buyer pays for the hold of an intent: one round trip.
select skip_locked_function.confirm(:intent);
