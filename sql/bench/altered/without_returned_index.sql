-- Without the index that finds tickets given back.
drop index booking.tickets_returned;
