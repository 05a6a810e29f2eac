insert into job_change (job_id, change, reason, run_id, changed_at)
select job.id, 'expired', job.expired_reason, reconcile_pending.run_id, job.expired_at
from reconcile_pending
join job on job.id = reconcile_pending.job_id
where job.expired_at = :at
