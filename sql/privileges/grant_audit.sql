-- What the audit, the observer and checks need besides: to read the tables.
grant select on all tables in schema booking to {role}
