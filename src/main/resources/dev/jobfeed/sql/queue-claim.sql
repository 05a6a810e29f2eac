update jobby_queue
set sending_until = current_timestamp + cast(:millis as integer) * interval '0.001' second
where idempotency_key = :key
  and state = 'pending'
  and (sending_until is null or sending_until <= current_timestamp)
