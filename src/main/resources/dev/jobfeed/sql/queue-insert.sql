insert into jobby_queue (idempotency_key, event_id, open_event_id, state, created_at)
values (:key, :event_id, :event_id, 'pending', :at)
