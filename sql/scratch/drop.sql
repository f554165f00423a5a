-- Drops a scratch database, whoever is still connected to it.
drop database {name} with (force)
