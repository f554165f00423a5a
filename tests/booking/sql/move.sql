-- Moves every moment in the tables by as much as the clock is to seem moved, the other way.
set session_replication_role = replica;
update booking.booking_intents set
    created_at = created_at - {by}, expires_at = expires_at - {by}, confirmed_at = confirmed_at - {by},
    released_at = released_at - {by}, expired_at = expired_at - {by};
update booking.tickets set hold_expires_at = hold_expires_at - {by} where hold_expires_at is not null;
update booking.stock_checks set checked_at = checked_at - {by},
    closed_until = case when isfinite(closed_until) then closed_until - {by} else closed_until end,
    written_by = case when written_by = xmin then pg_current_xact_id()::xid else written_by end;
reset session_replication_role;
