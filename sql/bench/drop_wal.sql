-- drop_wal
-- Lets the server remove the WAL from before now.
select pg_replication_slot_advance('booking_sim_bench_' || pg_backend_pid(), pg_current_wal_flush_lsn())
