update sync_state set last_sweep_started_at = :started_at where stream = :stream
