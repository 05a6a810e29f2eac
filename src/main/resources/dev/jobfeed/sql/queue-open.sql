select * from jobby_queue where open_event_id is not null order by created_at
