select job_id, run_id, reason from reconcile_pending order by job_id limit :limit
