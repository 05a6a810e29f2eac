insert into resync_seen (run_id, job_id)
select :run_id, unnest(:ids)
on conflict do nothing
