-- A resync delivers every live posting; a posting that expired after its start is listed after the watermark of the sweep.
update sync_state
set unreadable_sweep_at = null
where stream = :stream
  and unreadable_sweep_at < (select run_started_at from sync_run where id = :run_id)
