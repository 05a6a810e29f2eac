update alert
set notified_at = null,
    message = :message
where stream = :stream
  and condition = :condition
  and cleared_at is null
  and notified_at <= :before
