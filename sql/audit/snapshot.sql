-- One snapshot for all rules, which read the tables themselves: an index that lies must not hide a violation.
set transaction isolation level repeatable read, read only;
set local enable_indexscan = off;
set local enable_indexonlyscan = off;
set local enable_bitmapscan = off;
set local jit = off;  -- before PostgreSQL 18 what is switched off counts as a cost, so high that plans are compiled for it
set local work_mem = '64MB'  -- a million tickets are joined in memory
