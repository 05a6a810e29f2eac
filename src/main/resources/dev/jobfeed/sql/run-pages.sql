select earliest_requested_at as requested_at, cardinality(job_ids) as "rows"
from delivered_page
where run_id = :id
order by seq
limit 5000
