-- Turns a hold into a sale; what became of it.
select booking.confirm(%(intent_id)s, %(user_id)s)
