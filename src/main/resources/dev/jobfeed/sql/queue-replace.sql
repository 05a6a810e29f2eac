update jobby_queue
set state = 'replaced',
    open_event_id = null,
    ended_at = :at
where state = 'waiting'
  and open_event_id is not null
  and idempotency_key <> :key
