select (select count(*) from job where expired_at is null) as active,
       (select count(*)
        from job
        where expired_at is null
          and not exists (select 1 from resync_seen where run_id = :run_id and job_id = job.id)) as unseen,
       (select count(*) from resync_seen where run_id = :run_id) as seen
