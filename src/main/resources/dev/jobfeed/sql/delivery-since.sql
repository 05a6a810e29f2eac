-- A hundred pages at a time, because H2 holds the arrays of a result in memory, however many they are.
select seq, earliest_requested_at, latest_requested_at, job_ids
from delivered_page
where seq > :behind
order by seq
fetch first 100 rows only
