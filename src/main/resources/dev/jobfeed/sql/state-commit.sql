update sync_state
set last_run_started_at = (select run_started_at from sync_run where id = :id),
    filters_fingerprint = (select filters_fingerprint from sync_run where id = :id),
    open_run_id = null
where stream = :stream
