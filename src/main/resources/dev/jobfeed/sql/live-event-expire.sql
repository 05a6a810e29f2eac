update jobby_live_event
set expired_at = :now
where expired_at is null
  and not (id = any (:ids))
