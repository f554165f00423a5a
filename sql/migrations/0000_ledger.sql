-- The two schemas, and the ledger of what was applied to this database: one row for each file of this folder.
--
-- Only a schema that this file made is ours to drop: the comment on it is the mark that `booking-sim db reset` asks for.

create schema booking;
comment on schema booking is 'made by booking_sim';

create schema booking_sim;
comment on schema booking_sim is 'What booking_sim writes down about the schema booking.';

create table booking_sim.migrations (
    number      int primary key check (number >= 0),
    name        text not null,                                     -- the file's name
    checksum    text not null check (checksum ~ '^[0-9a-f]{64}$'), -- SHA-256 of the file's text as it was applied
    applied_at  timestamptz not null default clock_timestamp()
);
comment on table booking_sim.migrations is 'Each row was written in the transaction that applied its file.';
