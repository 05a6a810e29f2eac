update run_attempt
set ended_at = current_timestamp,
    error = :error,
    responses = :responses format json,
    waited_ms = :waited_ms
where run_id = :run_id
  and number = (select attempts from sync_run where id = :run_id)
