-- Sees to it that nothing in the scratch database waits for ever; for connections opened from now on. A crowd whose
-- deadlocks are found one after the other, each after a second, may rightly wait for longer than ten seconds.
alter database {name} set statement_timeout = '30s'
