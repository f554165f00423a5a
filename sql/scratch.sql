-- Scratch databases: made, dropped, and found when their run is dead.

-- name: create
-- Makes a scratch database as a copy of another one, which nobody may be connected to.
create database {name} template {template}

-- name: drop
-- Drops a scratch database, whoever is still connected to it.
drop database {name} with (force)
