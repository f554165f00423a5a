-- A gate in the middle of a call: whoever has written to the table waits here while somebody has lock 1 for himself,
-- also where the call has a time limit for locks.
create function public.wait_at_the_gate() returns trigger language plpgsql set lock_timeout = 0 as $$
begin
    perform pg_advisory_xact_lock_shared(1);
    return null;
end $$;
create trigger gate after insert or update on booking.{table} for each row execute function public.wait_at_the_gate();
