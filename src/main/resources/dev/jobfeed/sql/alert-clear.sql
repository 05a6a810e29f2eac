update alert
set cleared_at = :at
where stream = :stream
  and condition = :condition
  and cleared_at is null
