update sync_state set resync_requested_at = null where stream = :stream
