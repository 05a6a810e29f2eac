-- A resync delivers each posting that is live; those that expired behind its start are on the list behind the sweep's watermark.
update sync_state
set unreadable_sweep_at = null
where stream = :stream
  and unreadable_sweep_at < (select run_started_at from sync_run where id = :run_id)
