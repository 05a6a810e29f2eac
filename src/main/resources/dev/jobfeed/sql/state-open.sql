update sync_state
set open_run_id = :run_id,
    resync_requested_at = null,
    last_sweep_started_at = coalesce(last_sweep_started_at, :run_started_at)
where stream = :stream
