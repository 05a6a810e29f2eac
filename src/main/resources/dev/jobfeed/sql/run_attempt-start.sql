insert into run_attempt (run_id, number, started_at)
select id, attempts, current_timestamp from sync_run where id = :run_id
