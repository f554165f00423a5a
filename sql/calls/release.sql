-- Gives the tickets of a hold back; what became of it.
select booking.release(%(intent_id)s, %(user_id)s)
