-- Without the trigger that allows an intent one change: its end.
drop trigger check_intent on booking.booking_intents;
