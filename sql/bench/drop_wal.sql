-- drop_wal
-- The session needs no WAL from before a position.
select pg_replication_slot_advance('booking_sim_bench_' || pg_backend_pid(), pg_current_wal_flush_lsn())
