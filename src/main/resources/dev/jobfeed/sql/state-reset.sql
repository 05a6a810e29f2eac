update sync_state
set last_sweep_started_at = null,
    clock_difference_ms = null,
    resync_needed_since = null
where stream = :stream
