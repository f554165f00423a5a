-- Sees to it that nothing in the scratch database waits for ever; for connections opened from now on. It only bounds
-- what hangs: ten seconds once cut a call of the optimistic strategy on a busy machine, and why it took so long is not known.
alter database {name} set statement_timeout = '30s'
