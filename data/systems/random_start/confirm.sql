-- One buyer pays for the hold of an intent: one round trip.
select random_start.confirm(:intent);
