-- Puts event 1 on sale: one product, one quota.
truncate pretix.event, pretix.item, pretix.itemcategory, pretix.itemvariation, pretix.itemaddon, pretix.itembundle,
    pretix.discount, pretix.quota, pretix.quota_items, pretix.quota_variations, pretix.voucher, pretix.waitinglistentry,
    pretix.cartposition, pretix."order", pretix.orderposition restart identity;
insert into pretix.event (name) values ('sale');
insert into pretix.item (event_id, name, default_price) values (1, 'standing', 0);
insert into pretix.quota (event_id, name, size) values (1, 'all', %(tickets)s);
insert into pretix.quota_items (quota_id, item_id) values (1, 1);
analyze pretix.event, pretix.item, pretix.itemcategory, pretix.itemvariation, pretix.itemaddon, pretix.itembundle,
    pretix.discount, pretix.quota, pretix.quota_items, pretix.quota_variations, pretix.voucher, pretix.waitinglistentry,
    pretix.cartposition, pretix."order", pretix.orderposition;
