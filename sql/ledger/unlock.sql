-- The next migration may begin.
select pg_advisory_unlock(hashtextextended('booking_sim.migrations', 0))
