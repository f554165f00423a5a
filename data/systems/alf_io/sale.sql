-- Puts event 1 on sale: one category, free of charge.
truncate alf_io.organization, alf_io.event, alf_io.ticket_category, alf_io.ticket, alf_io.tickets_reservation,
    alf_io.subscription, alf_io.additional_service, alf_io.additional_service_item, alf_io.auditing restart identity;
insert into alf_io.organization (name) values ('organizer');
insert into alf_io.event (short_name, currency, vat_included, vat, org_id) values ('sale', 'EUR', true, 22, 1);
insert into alf_io.ticket_category
    (inception, expiration, max_tickets, name, access_restricted, tc_status, event_id, organization_id_fk)
    values (now() - interval '1 day', now() + interval '1 day', %(tickets)s, 'standing', false, 'ACTIVE', 1, 1);
insert into alf_io.ticket (uuid, public_uuid, creation, category_id, event_id, organization_id_fk, status)
    select gen_random_uuid()::text, gen_random_uuid(), now(), 1, 1, 1, 'FREE' from generate_series(1, %(tickets)s);
analyze alf_io.organization, alf_io.event, alf_io.ticket_category, alf_io.ticket, alf_io.tickets_reservation,
    alf_io.subscription, alf_io.additional_service, alf_io.additional_service_item, alf_io.auditing;
