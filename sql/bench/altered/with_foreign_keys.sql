-- With what was left out: a foreign key from each ticket to its intent, and from each intent to its event.
alter table booking.tickets add foreign key (intent_id) references booking.booking_intents;
alter table booking.booking_intents add foreign key (event_id) references booking.events;
