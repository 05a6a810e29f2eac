update alert
set cleared_at = :at
where stream = 'jobby'
  and condition like 'match %'
  and cleared_at is null
  and notified_at <= :before
