-- The doctor: what time it is on the server, in seconds since 1970.
select extract(epoch from clock_timestamp())::float8
