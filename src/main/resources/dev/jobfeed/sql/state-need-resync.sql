update sync_state set resync_needed_since = coalesce(resync_needed_since, :at) where stream = :stream
