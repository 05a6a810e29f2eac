select count(*) from reconcile_pending where job_id in (select id from job where expired_at is null)
