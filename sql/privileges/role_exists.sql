-- Is there a role of exactly this name?
select exists (select from pg_roles where rolname::text = %(role)s)
