update sync_state
set lease_token = :token,
    lease_until = current_timestamp + cast(:millis as integer) * interval '0.001' second
where stream = 'jobby_queue'
  and (lease_until is null or lease_until <= current_timestamp)
