select lease_owner from sync_state where stream = :stream and lease_owner is not null
