update sync_state
set lease_token = :token,
    lease_holder = :holder,
    lease_until = current_timestamp + cast(:seconds as integer) * interval '1' second
where stream = :stream
  and (lease_until is null or lease_until <= current_timestamp)
