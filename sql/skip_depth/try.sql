-- Something to explain.
select 1
