update jobby_queue
set state = 'waiting',
    status = :status,
    rank = :rank,
    estimated_wait_seconds = :estimated_wait_seconds,
    joined_at = coalesce(joined_at, :at),
    last_error = null
where idempotency_key = :key
  and open_event_id is not null
