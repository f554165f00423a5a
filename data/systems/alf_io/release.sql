-- One buyer cancels a reservation: nine round trips. The tickets are RELEASED; the job of sweep.sql makes them free.
\set pending 0
\startpipeline
begin;
select event_id_fk from alf_io.tickets_reservation where id = :intent;
\endpipeline
select (status = 'PENDING')::int as pending from alf_io.tickets_reservation where id = :intent \aset
\if :pending > 0
select * from alf_io.event where id = 1;
select id as ticket from alf_io.ticket where tickets_reservation_id = :intent order by category_id, uuid \gset
update alf_io.ticket
    set status = 'RELEASED', uuid = gen_random_uuid()::text, public_uuid = gen_random_uuid(),
        tickets_reservation_id = null, full_name = null, email_address = null, special_price_id_fk = null,
        locked_assignment = false, user_language = null, reminder_sent = false, src_price_cts = 0, final_price_cts = 0,
        vat_cts = 0, discount_cts = 0, first_name = null, last_name = null, ext_reference = null, tags = '{}',
        vat_status = null, metadata = '{}'
    where id = :ticket and status = 'PENDING' and tickets_reservation_id = :intent and event_id = 1;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    values (:intent, 1, 'CANCEL_RESERVATION', localtimestamp, 'RESERVATION', :intent);
delete from alf_io.tickets_reservation where id = :intent;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    values (:intent, 1, 'CANCEL_RESERVATION', localtimestamp, 'RESERVATION', :intent);
commit;
\else
rollback;
\endif
