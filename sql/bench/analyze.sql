-- Updates the planner's statistics, as autovacuum would in time; dead rows stay.
analyze
