-- What time it is by the database's clock, which decides about deadlines.
select clock_timestamp()
