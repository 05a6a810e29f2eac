update sync_state
set lease_token = null,
    lease_owner = null,
    lease_expires_at = null
where stream = :stream
  and lease_token = :token
