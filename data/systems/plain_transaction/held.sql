-- How many calls were answered with a ticket until now: each left an intent.
select count(*) from plain_transaction.intents;
