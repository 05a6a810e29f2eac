select job.id, job.title, job.company_name, job.source, job.first_seen_at, job.last_changed_at, job.valid_through,
       pending_expiry.run_id, pending_expiry.reason
from pending_expiry
join job on job.id = pending_expiry.job_id
where job.expired_at is null
  and pending_expiry.job_id > cast(:cursor as uuid)
order by pending_expiry.job_id
limit :limit
