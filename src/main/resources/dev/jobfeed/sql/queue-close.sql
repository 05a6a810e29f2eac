update jobby_queue
set state = :state,
    status = coalesce(:status, status),
    match_id = :match_id,
    open_event_id = null,
    ended_at = :at,
    last_error = :error
where idempotency_key = :key
  and open_event_id is not null
