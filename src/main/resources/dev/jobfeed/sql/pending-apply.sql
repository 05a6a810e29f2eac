update job
set expired_at = :at,
    expired_reason = (select reason from reconcile_pending where job_id = job.id),
    last_changed_at = :at
where expired_at is null
  and id in (select job_id from reconcile_pending)
