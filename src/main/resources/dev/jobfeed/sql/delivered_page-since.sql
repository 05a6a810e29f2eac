-- Limited to a hundred pages, because H2 holds all arrays of a result in memory.
select seq, earliest_requested_at, latest_requested_at, job_ids
from delivered_page
where seq > :behind
order by seq
fetch first 100 rows only
