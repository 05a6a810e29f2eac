insert into reconcile_pending (job_id, run_id, reason)
select unseen.job_id, cast(:run_id as bigint), cast(:reason as varchar)
from unnest(:ids) as unseen (job_id)
where not exists (select 1 from reconcile_pending held where held.job_id = unseen.job_id)
