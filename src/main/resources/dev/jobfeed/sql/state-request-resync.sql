update sync_state
set resync_requested_at = :at
where stream = :stream
  and (lease_token is null
    or lease_expires_at is null
    or lease_expires_at <= current_timestamp
    or not exists (
        select 1
        from sync_run
        where id = sync_state.open_run_id
          and mode = 'resync'
    ))
