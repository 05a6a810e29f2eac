select id, stream, run_id, job_id, reason, quarantined_at
from quarantine
where closed_at is null
  and id > coalesce(cast(:cursor as bigint), 0)
order by id
limit :limit
