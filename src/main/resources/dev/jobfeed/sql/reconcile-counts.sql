select (select count(*) from job where expired_at is null) as active,
       (select count(distinct job_id) from resync_received where run_id = :run_id) as seen
