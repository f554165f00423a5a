-- The server's settings that decide how fast a surge can be, in the server's own notation.
select name, current_setting(name) as value
from pg_settings
where name in (
    'autovacuum', 'checkpoint_timeout', 'commit_delay', 'deadlock_timeout', 'default_transaction_isolation',
    'effective_cache_size', 'effective_io_concurrency', 'fsync', 'full_page_writes', 'huge_pages', 'io_method',
    'jit', 'lock_timeout', 'max_connections', 'max_wal_size', 'plan_cache_mode', 'random_page_cost', 'seq_page_cost',
    'shared_buffers', 'shared_preload_libraries', 'statement_timeout', 'synchronous_commit', 'synchronous_standby_names',
    'track_io_timing', 'wal_compression', 'wal_level', 'wal_sync_method', 'work_mem'
)
order by name
