-- Without the index that finds holds past their deadline.
drop index booking.intents_by_deadline;
