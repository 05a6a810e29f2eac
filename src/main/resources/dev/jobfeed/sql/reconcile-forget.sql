delete from resync_seen
where (run_id, job_id) in (select run_id, job_id from resync_seen limit :limit)
