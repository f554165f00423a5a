-- The observer: what keeps it out of everybody's way. It only reads, gives up soon, does not take a second core, and plays no part
-- in the bookkeeping of serializable transactions; the server ends what it asked when it is gone.
select /* observer */
    set_config('statement_timeout', '5s', false),
    set_config('lock_timeout', '100ms', false),
    set_config('default_transaction_read_only', 'on', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('max_parallel_workers_per_gather', '0', false),
    set_config('jit', 'off', false),
    set_config('client_connection_check_interval', '1s', false)
