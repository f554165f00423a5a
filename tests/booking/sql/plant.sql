-- What a role that may create in public plants there: names, operators and types that the functions of the schema use, all of
-- which write down that they were run.
create table public.loot (what text);
grant all on public.loot to public;

create function public.planted(what text) returns void language plpgsql as $$
begin
    insert into public.loot values (what || ' as ' || current_user);
end $$;

create function public.clock_timestamp() returns timestamptz language plpgsql as $$
begin
    perform public.planted('clock_timestamp');
    return pg_catalog.clock_timestamp();
end $$;

create function public.make_interval(secs double precision) returns interval language plpgsql as $$
begin
    perform public.planted('make_interval');
    return pg_catalog.make_interval(secs => secs);
end $$;

create function public.cardinality(int[]) returns int language plpgsql as $$
begin
    perform public.planted('cardinality');
    return pg_catalog.cardinality($1);
end $$;

create function public.current_setting(text) returns text language plpgsql as $$
begin
    perform public.planted('current_setting');
    return pg_catalog.current_setting($1);
end $$;

create function public.same_status(booking.ticket_status, booking.ticket_status) returns boolean language plpgsql as $$
begin
    perform public.planted('= of ticket_status');
    return $1::text operator(pg_catalog.=) $2::text;
end $$;
create operator public.= (leftarg = booking.ticket_status, rightarg = booking.ticket_status, function = public.same_status);

create function public.same_end(booking.intent_status, booking.intent_status) returns boolean language plpgsql as $$
begin
    perform public.planted('= of intent_status');
    return $1::text operator(pg_catalog.=) $2::text;
end $$;
create operator public.= (leftarg = booking.intent_status, rightarg = booking.intent_status, function = public.same_end);

create function public.other_end(booking.intent_status, booking.intent_status) returns boolean language plpgsql as $$
begin
    perform public.planted('<> of intent_status');
    return $1::text operator(pg_catalog.<>) $2::text;
end $$;
create operator public.<> (leftarg = booking.intent_status, rightarg = booking.intent_status, function = public.other_end);

create function public.remainder(bigint, int) returns bigint language plpgsql as $$
begin
    perform public.planted('%');
    return $1 operator(pg_catalog.%) $2;
end $$;
create operator public.% (leftarg = bigint, rightarg = int, function = public.remainder);

create table public.events (like booking.events);
create table public.tickets (like booking.tickets);
create table public.booking_intents (like booking.booking_intents);
