-- One file was applied, in this same transaction.
insert into booking_sim.migrations (number, name, checksum) values (%s, %s, %s)
