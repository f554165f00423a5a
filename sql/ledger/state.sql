-- Whose database is this? Read from the catalogue, which needs no permission on either schema.
select
    current_database() as database,
    current_user::text as "user",
    has_database_privilege(current_database(), 'create') as can_create,
    exists (select from pg_namespace where nspname = 'booking') as has_booking,
    exists (
        select from pg_namespace
        where nspname = 'booking' and obj_description(oid, 'pg_namespace') = 'made by booking_sim'
    ) as is_marked,
    exists (
        select from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = 'booking_sim' and relname = 'migrations'
    ) as has_ledger
