update sync_state
set last_run_started_at = :started_at,
    origin_base_url = :base_url
where stream = :stream
