update sync_state
set outbox_subscribed_at = current_timestamp
where stream = 'changes'
  and (outbox_subscribed_at is null or outbox_subscribed_at < current_timestamp - interval '1' hour)
