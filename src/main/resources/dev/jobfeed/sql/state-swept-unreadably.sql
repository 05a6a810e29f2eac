update sync_state set unreadable_sweep_at = :started_at where stream = :stream
