-- Whether a moment by the database's clock is still to come.
select clock_timestamp() < %(moment)s
