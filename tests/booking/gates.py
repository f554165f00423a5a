"""Stops a call at a chosen place of its function, until the test lets it go on: advisory lock 1 is the gate."""

WAIT = "perform pg_advisory_xact_lock_shared(1);"
CLOSE = "select pg_advisory_lock(1)"
OPEN = "select pg_advisory_unlock(1)"
PASS = "set gates.pass = on"  # a session that does not wait at AT_TICKET

# In a WHERE clause: the query has its snapshot, and has not locked this row.
AT_TICKET = """
    create function public.gate(ticket_no int) returns boolean language plpgsql as $$
    begin
        if ticket_no = {ticket_no} and current_setting('gates.pass', true) is distinct from 'on' then
            perform pg_advisory_xact_lock_shared(1);
        end if;
        return true;
    end $$
"""


def rewrite(conn, function, *changes):
    """Create a function again with parts of its text replaced."""
    (text,) = conn.execute("select pg_get_functiondef(%s::regproc)", [function]).fetchone()
    for old, new in changes:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    conn.execute(text)
