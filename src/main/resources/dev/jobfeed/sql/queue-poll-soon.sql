update sync_state
set lease_expires_at = current_timestamp + cast(:millis as integer) * interval '0.001' second
where stream = 'jobby_queue'
  and lease_token is null
  and lease_expires_at > current_timestamp + cast(:millis as integer) * interval '0.001' second
