update sync_state
set lease_expires_at = current_timestamp + cast(:seconds as integer) * interval '1' second
where stream = :stream
  and lease_token = :token
