-- A lease lasts a minute at most; one that ends later was taken before the database's clock was set back.
update sync_state
set lease_token = :token,
    lease_owner = :owner,
    lease_expires_at = current_timestamp + cast(:seconds as integer) * interval '1' second
where stream = :stream
  and (lease_expires_at is null
    or lease_expires_at <= current_timestamp
    or lease_expires_at > current_timestamp + interval '2' minute)
