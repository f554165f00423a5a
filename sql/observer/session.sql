-- The observer: what keeps it out of everybody's way. It only reads, gives up soon, does not take a second core, and plays no part
-- in the bookkeeping of serializable transactions; the server ends what it asked when it is gone.
set statement_timeout = '5s';
set lock_timeout = '100ms';
set default_transaction_read_only = on;
set default_transaction_isolation = 'read committed';
set max_parallel_workers_per_gather = 0;
set jit = off;
set client_connection_check_interval = '1s';
