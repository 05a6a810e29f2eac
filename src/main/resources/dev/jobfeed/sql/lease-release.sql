update sync_state
set lease_token = null,
    lease_holder = null,
    lease_until = null
where stream = :stream
  and lease_token = :token
