-- Puts an event on sale; its id.
select booking.create_event(%(name)s, %(capacity)s::int)
