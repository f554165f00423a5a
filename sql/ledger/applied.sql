-- What was applied, in order.
select number, name, checksum from booking_sim.migrations order by number
