update job
set expired_at = null,
    expired_reason = null,
    last_changed_at = :now
where id = :id
