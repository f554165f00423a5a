-- Reads by an index wherever there is one to read by: for the rule on the indexes, the last one.
set local enable_indexscan = on;
set local enable_seqscan = off;
set local enable_sort = off;
set local enable_incremental_sort = off
