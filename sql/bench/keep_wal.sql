-- keep_wal
-- Has the server keep its WAL from now on for this session, until it ends.
select pg_create_physical_replication_slot('booking_sim_bench_' || pg_backend_pid(), true, true)
