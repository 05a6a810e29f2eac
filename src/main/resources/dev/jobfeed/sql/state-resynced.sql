update sync_state set resync_needed_since = null where stream = :stream
