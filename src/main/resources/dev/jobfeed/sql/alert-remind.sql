update alert
set told_at = null,
    message = :message
where stream = :stream
  and condition = :condition
  and cleared_at is null
  and told_at <= :before
