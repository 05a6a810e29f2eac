insert into reconcile_pending (job_id, run_id, reason)
select id, cast(:run_id as bigint), cast(:reason as varchar)
from job
where expired_at is null
  and not exists (select 1 from resync_seen where run_id = :run_id and job_id = job.id)
  and not exists (select 1 from reconcile_pending where job_id = job.id)
