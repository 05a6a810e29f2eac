select count(*)
from reconcile_pending
where exists (select 1 from job where id = reconcile_pending.job_id and expired_at is null)
