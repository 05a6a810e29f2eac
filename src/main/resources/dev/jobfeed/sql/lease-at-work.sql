select exists (
    select 1
    from sync_state
    where stream = :stream
      and lease_token is not null
      and lease_until > current_timestamp
)
