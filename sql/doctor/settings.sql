-- The doctor: every setting that we may see, in its base unit; sizes in bytes, times in milliseconds.
select
    name,
    case unit
        when 'B' then setting::numeric::text
        when 'kB' then (setting::numeric * 1024)::text
        when '8kB' then (setting::numeric * 8192)::text
        when 'MB' then (setting::numeric * 1024 * 1024)::text
        when 's' then (setting::numeric * 1000)::text
        when 'min' then (setting::numeric * 60000)::text
        else setting
    end
from pg_settings
