-- Whether one backend waits for a lock of another.
select %(holder)s = any (pg_blocking_pids(%(waiter)s))
