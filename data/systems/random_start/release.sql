-- One buyer gives back the hold of an intent: one round trip.
select random_start.release(:intent);
