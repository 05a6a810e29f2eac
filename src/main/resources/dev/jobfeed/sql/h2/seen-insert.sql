merge into resync_seen (run_id, job_id) key (run_id, job_id)
select cast(:run_id as bigint), job_id from unnest(:ids) as delivered (job_id)
