update jobby_live_event
set title = :title,
    event = :event format json,
    content_hash = :content_hash,
    last_changed_at = :now,
    expired_at = null
where id = :id
