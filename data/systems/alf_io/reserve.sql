-- One buyer reserves one ticket: 22 round trips.
\set ticket 0
-- The driver sends BEGIN together with the first statement.
\startpipeline
begin;
select count(*) from alf_io.ticket_category where id in (1) and src_price_cts > 0;
\endpipeline
-- The application makes the reservation's id; pgbench cannot make one.
insert into alf_io.tickets_reservation
    (id, creation_ts, validity, promo_code_id_fk, status, user_language, event_id_fk, used_vat_percent, vat_included,
        currency_code, organization_id_fk, user_id_fk)
    values (gen_random_uuid()::text, now(), now() + interval '25 minutes', null, 'PENDING', 'en', 1, 22, true, 'EUR', 1,
        null)
    returning id as reservation \gset
-- Is a code needed to see the category? Does the category have tickets of its own?
select * from alf_io.ticket_category_with_currency where id = 1 and event_id = 1 and tc_status = 'ACTIVE';
select * from alf_io.ticket_category_with_currency where id = 1 and event_id = 1 and tc_status = 'ACTIVE';
select id as ticket from alf_io.ticket
    where status in ('FREE') and category_id = 1 and event_id = 1 and tickets_reservation_id is null
    order by id
    limit 1
    for update skip locked \aset
\if :ticket > 0
select * from alf_io.ticket_category_with_currency where id = 1 and event_id = 1 and tc_status = 'ACTIVE';
update alf_io.ticket
    set tickets_reservation_id = :reservation, status = 'PENDING', category_id = 1, user_language = 'en',
        src_price_cts = 0, currency_code = 'EUR', metadata = '{}', vat_status = 'INCLUDED', first_name = null,
        last_name = null, email_address = null, full_name = null
    where id = :ticket;
select * from alf_io.ticket where id = :ticket and category_id = 1;
update alf_io.ticket
    set src_price_cts = 0, final_price_cts = 0, vat_cts = 0, discount_cts = 0, currency_code = 'EUR',
        vat_status = 'INCLUDED'
    where event_id = 1 and category_id = 1 and id in (:ticket);
-- Additional services of the event.
select id from alf_io.ticket where tickets_reservation_id = :reservation order by category_id, uuid;
select * from alf_io.additional_service where event_id_fk = 1 order by ordinal;
-- The price of the reservation.
select * from alf_io.tickets_reservation where id = :reservation;
select event_id_fk from alf_io.tickets_reservation where id = :reservation;
select * from alf_io.event where id = 1;
select * from alf_io.ticket where tickets_reservation_id = :reservation order by category_id, uuid;
select * from alf_io.subscription where reservation_id_fk = :reservation;
select * from alf_io.subscription
    where id = (select subscription_id_fk from alf_io.tickets_reservation where id = :reservation);
select * from alf_io.additional_service_item where event_id_fk = 1 and tickets_reservation_uuid = :reservation;
update alf_io.tickets_reservation
    set vat_status = 'INCLUDED', src_price_cts = 0, final_price_cts = 0, vat_cts = 0, discount_cts = 0,
        currency_code = 'EUR', vat_nr = null, vat_country = null, invoice_requested = false
    where id = :reservation;
insert into alf_io.auditing
    (reservation_id, user_id, event_id, event_type, event_time, entity_type, entity_id, modifications)
    values (:reservation, null, 1, 'RESERVATION_CREATE', localtimestamp, 'RESERVATION', :reservation, null);
-- Was a discount code used?
select * from alf_io.tickets_reservation where id = :reservation;
commit;
\else
rollback;
\endif
