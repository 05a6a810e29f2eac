select id, stream, run_id, job_id, reason, payload, quarantined_at, closed_at
from quarantine
where closed_at is null
order by id
