-- Settings of the scratch database, for connections opened from now on. Nothing in it waits for ever: the bound only ends
-- what hangs, since ten seconds once cut a call of the optimistic strategy on a busy machine, and why it took so long is
-- not known. Nothing waits for the disk either: a crash is not tested here, and more claims are checked in the same time.
alter database {name} set statement_timeout = '30s';
alter database {name} set synchronous_commit = off
