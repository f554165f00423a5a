-- Puts other events on sale, of one ticket each.
select count(booking.create_event('other', 1)) from generate_series(1, %(events)s)
