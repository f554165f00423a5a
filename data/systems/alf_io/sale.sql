-- Puts event 1 on sale: one category, free of charge.
truncate alf_io.organization, alf_io.event, alf_io.ticket_category, alf_io.ticket, alf_io.tickets_reservation,
    alf_io.subscription, alf_io.additional_service, alf_io.additional_service_item, alf_io.auditing restart identity;
insert into alf_io.organization (name) values ('organizer');
insert into alf_io.event (short_name, currency, vat_included, vat, org_id)
    values ('sale', 'EUR', true, 22, 1), ('past', 'EUR', true, 22, 1);
insert into alf_io.ticket_category
    (inception, expiration, max_tickets, name, access_restricted, tc_status, event_id, organization_id_fk)
    values (now() - interval '1 day', now() + interval '1 day', %(tickets)s, 'standing', false, 'ACTIVE', 1, 1),
        (now() - interval '9 days', now() - interval '2 days', 2000, 'standing', false, 'ACTIVE', 2, 1);
insert into alf_io.ticket (uuid, public_uuid, creation, category_id, event_id, organization_id_fk, status)
    select gen_random_uuid()::text, gen_random_uuid(), now(), 1, 1, 1, 'FREE' from generate_series(1, %(tickets)s);
-- A past event, sold out: with it, the planner knows its tables as those of a shop in use, and reads them by index.
create temporary table past on commit drop as
    select gen_random_uuid()::text as reservation_id from generate_series(1, 2000);
insert into alf_io.tickets_reservation
    (id, creation_ts, validity, status, user_language, event_id_fk, organization_id_fk, used_vat_percent, vat_included,
        vat_status, currency_code, confirmation_ts, payment_method)
    select reservation_id, now() - interval '3 days', now() - interval '3 days', 'COMPLETE', 'en', 2, 1, 22, true,
        'INCLUDED', 'EUR', now() - interval '3 days', 'NONE'
    from past;
insert into alf_io.ticket
    (uuid, public_uuid, creation, category_id, event_id, organization_id_fk, status, tickets_reservation_id,
        user_language, currency_code, vat_status)
    select gen_random_uuid()::text, gen_random_uuid(), now() - interval '9 days', 2, 2, 1, 'ACQUIRED', reservation_id,
        'en', 'EUR', 'INCLUDED'
    from past;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    select reservation_id, 2, type, localtimestamp - interval '3 days', 'RESERVATION', reservation_id
    from past, unnest(array['RESERVATION_CREATE', 'RESERVATION_COMPLETE']) as type;
analyze alf_io.organization, alf_io.event, alf_io.ticket_category, alf_io.ticket, alf_io.tickets_reservation,
    alf_io.subscription, alf_io.additional_service, alf_io.additional_service_item, alf_io.auditing;
