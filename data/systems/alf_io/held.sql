-- How many calls were answered with a ticket until now: each left a reservation; of a refusal nothing stays.
select count(*) from alf_io.tickets_reservation where event_id_fk = 1;
