-- Sees to it that nothing in the scratch database waits for ever; for connections opened from now on.
alter database {name} set statement_timeout = '10s'
