select job_id, run_id, reason from pending_expiry order by job_id limit :limit
