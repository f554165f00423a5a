-- One migration at a time in this database; waits for the one before. The session's end gives it back as well.
select pg_advisory_lock(hashtextextended('booking_sim.migrations', 0))
