-- Puts event 1 on sale: one class of tickets; the first 100,000 buyers get a gift.
truncate tigerfans.resources, tigerfans.holds, tigerfans.payment_sessions_hot, tigerfans.payment_sessions_pending,
    tigerfans.idempotency_keys, tigerfans.fulfillment_gates, tigerfans.orders restart identity;
insert into tigerfans.resources (name, capacity) values ('class_a', %(tickets)s), ('goodie', 100000);
analyze tigerfans.resources, tigerfans.holds, tigerfans.payment_sessions_hot, tigerfans.payment_sessions_pending,
    tigerfans.idempotency_keys, tigerfans.fulfillment_gates, tigerfans.orders;
