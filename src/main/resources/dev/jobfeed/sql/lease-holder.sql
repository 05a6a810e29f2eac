select lease_holder from sync_state where stream = :stream and lease_holder is not null
