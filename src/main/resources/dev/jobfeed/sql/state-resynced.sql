-- A resync delivers every live posting; a posting that expired after its start is listed after the watermark of the sweep.
update sync_state
set resync_requested_at = null,
    resync_needed_since = null,
    unreadable_sweep_at = case
        when unreadable_sweep_at < (select run_started_at from sync_run where id = :run_id) then null
        else unreadable_sweep_at
    end
where stream = :stream
