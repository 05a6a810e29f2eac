update sync_state set schedule_paused_at = coalesce(schedule_paused_at, :at) where stream = :stream
