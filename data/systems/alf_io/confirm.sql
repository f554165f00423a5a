-- One buyer completes a reservation that costs nothing: 14 round trips in two transactions.
\set pending 0
\startpipeline
begin;
select * from alf_io.ticket where tickets_reservation_id = :intent order by category_id, uuid;
\endpipeline
select (status = 'PENDING')::int as pending from alf_io.tickets_reservation where id = :intent for update \aset
\if :pending > 0
update alf_io.tickets_reservation set vat_status = 'INCLUDED', invoice_requested = false where id = :intent;
select * from alf_io.tickets_reservation where id = :intent;
select status from alf_io.tickets_reservation where id = :intent;
update alf_io.tickets_reservation set status = 'FINALIZING' where id = :intent;
commit;
\startpipeline
begin;
select * from alf_io.tickets_reservation where id = :intent;
\endpipeline
update alf_io.tickets_reservation set status = 'COMPLETE' where id = :intent;
update alf_io.ticket set status = 'ACQUIRED' where tickets_reservation_id = :intent;
update alf_io.tickets_reservation
    set status = 'COMPLETE', email_address = 'buyer@example.org', full_name = 'A Buyer', confirmation_ts = now(),
        payment_method = 'NONE'
    where id = :intent;
insert into alf_io.auditing (reservation_id, event_id, event_type, event_time, entity_type, entity_id)
    values (:intent, 1, 'RESERVATION_COMPLETE', localtimestamp, 'RESERVATION', :intent);
update alf_io.tickets_reservation set registration_ts = now() where id = :intent;
commit;
\else
rollback;
\endif
