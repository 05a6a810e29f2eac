select id, stream, run_id, job_id, reason, quarantined_at
from quarantine
where closed_at is null
  and id > :after
order by id
limit :limit
