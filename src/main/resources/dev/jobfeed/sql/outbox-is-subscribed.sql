select exists (
    select 1
    from sync_state
    where stream = 'changes'
      and outbox_subscribed_at > current_timestamp - cast(:seconds as integer) * interval '1' second
)
