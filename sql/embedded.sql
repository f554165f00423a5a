-- What each database of the embedded server has from the start: the statistics of statements, which SETTINGS preloads.
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
