-- Sleeps until a moment by the database's clock.
select pg_sleep(extract(epoch from %(moment)s - clock_timestamp())) from pg_sleep(0) where %(moment)s > clock_timestamp()
