select waiting.seq, waiting.event_id, waiting.job_id, waiting.change, waiting.reason, waiting.changed_at, job.*
from (
    select seq, event_id, job_id, change, reason, changed_at
    from job_change
    where sent_at is null
    order by sent_at, seq
    limit :limit
) waiting
left join job on job.id = waiting.job_id
order by waiting.seq
