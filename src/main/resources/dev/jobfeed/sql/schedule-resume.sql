update sync_state set schedule_paused_at = null where stream = :stream
