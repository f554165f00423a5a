-- The doctor: writes a few bytes to the log that nobody reads, so that the commit has to wait for the disk.
select pg_logical_emit_message(true, 'booking_sim', 'doctor')
