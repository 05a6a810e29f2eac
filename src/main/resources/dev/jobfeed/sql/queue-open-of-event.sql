select * from jobby_queue where open_event_id = :event_id
