-- How many calls were answered with a ticket until now: each left a line of an order; of a refusal nothing stays.
select count(*) from bn_api.order_items;
