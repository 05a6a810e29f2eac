update jobby_queue
set last_error = :error
where open_event_id is not null
