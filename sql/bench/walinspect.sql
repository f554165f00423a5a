-- Brings what reads the server's WAL.
create extension pg_walinspect
