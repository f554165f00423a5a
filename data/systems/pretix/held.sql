-- How many calls were answered with a ticket until now: each left a position of a cart.
select count(*) from pretix.cartposition where event_id = 1;
