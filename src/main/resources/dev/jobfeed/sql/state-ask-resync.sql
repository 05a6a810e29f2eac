update sync_state set resync_requested_at = :at where stream = :stream
