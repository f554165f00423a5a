-- The sweeper: gives the tickets of overdue holds back; how many.
select booking.expire_holds(%(event_id)s, %(max_tickets)s::int)
