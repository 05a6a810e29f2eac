select schedule_paused_at from sync_state where stream = :stream
