select exists (
    select 1
    from sync_state
    where stream = :stream
      and lease_token is not null
      and lease_expires_at > current_timestamp
)
