-- How many calls were answered with a ticket until now: each left a hold, those beyond the capacity included.
select count(*) from tigerfans.holds where resource = 'class_a';
