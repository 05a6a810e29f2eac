select count(*) from sync_state where stream = :stream and lease_token = :token
