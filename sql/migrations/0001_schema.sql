-- The three tables of a booking database, and the walls around them: a wrong state cannot be written, not even by hand.
--
-- Lock order, everywhere: first the intent, then its tickets. Who holds an intent's row lock owns the tickets it holds;
-- tickets that nobody holds are only ever locked with SKIP LOCKED. So no two functions can wait for each other.

create type booking.ticket_status as enum (
    'available',  -- nobody has it; reserve() -> held
    'held',       -- on hold for an intent until hold_expires_at; confirm() -> sold; release(), expiry -> available
    'sold'        -- paid for; final
);

create type booking.intent_status as enum (
    'pending',    -- its tickets are on hold; confirm() -> confirmed, release() -> released, deadline passed -> expired
    'confirmed',  -- paid before the deadline, its tickets are sold; final
    'expired',    -- the deadline passed unpaid, its tickets went back; final
    'released'    -- the buyer gave its tickets back before the deadline; final
);

create table booking.events (
    id          bigint generated always as identity primary key,
    name        text not null check (name <> ''),
    capacity    int not null check (capacity between 1 and 5000000),
    dispenser   regclass not null unique,
    created_at  timestamptz not null default clock_timestamp()
);
comment on table booking.events is 'What is on sale. An event has exactly `capacity` tickets, made with it.';
comment on column booking.events.dispenser is
    'The sequence that hands out this event''s tickets without a lock; see the functions that claim.';
comment on index booking.events_pkey is 'Finds an event; every call begins here.';
comment on index booking.events_dispenser_key is 'No two events hand out numbers from one sequence.';

-- Apart from the event, whose row is locked by all who hold its tickets: changed there, reading it would cost all of them.
create table booking.combed (
    event_id  bigint primary key references booking.events on delete cascade,
    up_to     int not null default 0 check (up_to >= 0)
) with (fillfactor = 10);  -- changes in place, also while an old snapshot forbids pruning
comment on table booking.combed is
    'How far each event was looked through for forgotten tickets: up to this number each was seen held or sold, or is `returned`.';
comment on index booking.combed_pkey is 'Finds an event''s row.';

create function booking.all_different(ticket_nos int[]) returns boolean
language sql immutable as $$
    select count(distinct ticket_no) = cardinality(ticket_nos) from unnest(ticket_nos) as ticket_no
$$;

create table booking.booking_intents (
    id            bigint generated always as identity,
    event_id      bigint not null references booking.events,
    user_id       text not null check (user_id <> ''),
    quantity      int not null check (quantity >= 1),
    ticket_nos    int[] not null check (cardinality(ticket_nos) = quantity),
    status        booking.intent_status not null default 'pending',
    request_key   text check (request_key <> ''),
    hold_for      interval not null check (hold_for > interval '0'),
    created_at    timestamptz not null,
    expires_at    timestamptz not null check (expires_at = created_at + hold_for),
    confirmed_at  timestamptz check (confirmed_at >= created_at and confirmed_at < expires_at),
    released_at   timestamptz check (released_at >= created_at and released_at < expires_at),
    expired_at    timestamptz check (expired_at >= expires_at),
    primary key (id, event_id, user_id),
    check (quantity = 1 or booking.all_different(ticket_nos)),
    check ((status = 'confirmed') = (confirmed_at is not null)),
    check ((status = 'released') = (released_at is not null)),
    check ((status = 'expired') = (expired_at is not null))
);
comment on table booking.booking_intents is
    'One buyer''s attempt to buy: written in the transaction that puts its tickets on hold, kept for ever.';
comment on column booking.booking_intents.ticket_nos is
    'The tickets that were put on hold, as first answered; they may have new holders since.';
comment on column booking.booking_intents.request_key is
    'The buyer''s own name for this request: asked again, the first answer is given again.';
comment on index booking.booking_intents_pkey is
    'Finds an intent by its id; the event and the user are in it so that a ticket''s foreign key ties all three.';

create table booking.tickets (
    event_id         bigint not null references booking.events,
    ticket_no        int not null check (ticket_no >= 1),
    status           booking.ticket_status not null default 'available',
    intent_id        bigint,
    held_by          text,
    hold_expires_at  timestamptz,
    returned         boolean not null default false check (not returned or status = 'available'),
    primary key (event_id, ticket_no),
    foreign key (intent_id, event_id, held_by) references booking.booking_intents (id, event_id, user_id),
    check ((status = 'available') = (intent_id is null)),
    check ((status = 'available') = (held_by is null)),
    check ((status = 'held') = (hold_expires_at is not null))
) with (fillfactor = 50);  -- held and sold fit beside available on its page, also while an old snapshot forbids pruning
comment on table booking.tickets is 'One row a seat or place, numbered 1 to capacity. It can have one holder at a time: intent_id.';
comment on index booking.tickets_pkey is 'One row a ticket; finds the tickets of an intent by their numbers.';

comment on column booking.tickets.returned is 'Available again after a hold: the dispenser is past it, so it is found by index.';

create index tickets_returned on booking.tickets (event_id, ticket_no) where returned;
comment on index booking.tickets_returned is
    'Finds tickets given back. There is no index on status, deadline or intent, so that a claim and a sale are HOT updates.';

create index intents_by_deadline on booking.booking_intents (event_id, expires_at) where status = 'pending';
comment on index booking.intents_by_deadline is 'Finds the holds whose deadline has passed, oldest first.';

create unique index intents_request_key on booking.booking_intents (user_id, request_key) where request_key is not null;
comment on index booking.intents_request_key is 'One intent for a request key of a user, also when two ask at once.';

-- What the CHECKs cannot see, because it lies between the old row and the new one. Final is final, and an event keeps its shape.
create function booking.refuse() returns trigger language plpgsql as $$
begin
    raise exception '%', format(tg_argv[0], to_jsonb(old) ->> tg_argv[1], to_jsonb(old) ->> 'status') using errcode = 'BK010';
end $$;

create trigger sold_is_final before update on booking.tickets for each row
    when (old.status = 'sold' and (new.status, new.intent_id) is distinct from (old.status, old.intent_id))
    execute function booking.refuse('ticket %s is sold for good', 'ticket_no');

create trigger answered_is_final before update on booking.booking_intents for each row
    when (old.status <> 'pending' and new.status <> old.status)
    execute function booking.refuse('intent %s is %s for good', 'id');

create trigger numbers_are_final before update of event_id, ticket_no on booking.tickets for each row
    when ((new.event_id, new.ticket_no) <> (old.event_id, old.ticket_no))
    execute function booking.refuse('ticket %s cannot become another one', 'ticket_no');

create trigger capacity_is_final before update of capacity on booking.events for each row
    when (new.capacity <> old.capacity)
    execute function booking.refuse('the capacity of event %s cannot be changed: its tickets are made', 'id');
