-- Scratch databases: made, dropped, and found when their run is dead.

-- name: create
-- Makes a scratch database as a copy of another one, which nobody may be connected to.
create database {name} template {template}

-- name: abandoned
-- The scratch databases of this user whose run is dead: no session holds the lease that the name ends with.
select d.datname from pg_database as d
where d.datname ~ '^booking_sim_scratch_[0-9a-f]{16}$' and pg_get_userbyid(d.datdba) = current_user and not exists (
    select from pg_stat_activity as a where a.application_name = 'booking_sim scratch ' || right(d.datname, 16)
)
order by d.datname

-- name: drop_if_unused
-- Drops a scratch database if nobody is connected to it.
drop database {name}

-- name: drop
-- Drops a scratch database, whoever is still connected to it.
drop database {name} with (force)
