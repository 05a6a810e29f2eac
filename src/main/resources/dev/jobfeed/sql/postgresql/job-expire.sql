update job
set expired_at = :at,
    expired_reason = :reason,
    last_changed_at = :at
where expired_at is null
  and id = any (:ids)
returning id
