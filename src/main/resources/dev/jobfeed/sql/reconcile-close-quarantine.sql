update quarantine
set closed_at = :at
where stream = 'jobs'
  and closed_at is null
  and job_id is not null
  and not exists (select 1 from resync_seen where run_id = :run_id and job_id = quarantine.job_id)
