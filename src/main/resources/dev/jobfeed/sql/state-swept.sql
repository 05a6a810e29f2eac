update sync_state
set last_sweep_started_at = :started_at,
    earliest_sweep_started_at = null
where stream = :stream
