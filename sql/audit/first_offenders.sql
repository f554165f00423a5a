-- How many rows offend a rule, beside each of the first five.
select count(*) over () as violations, row_to_json(offender) as offender
from ({rule}) as offender
limit 5
