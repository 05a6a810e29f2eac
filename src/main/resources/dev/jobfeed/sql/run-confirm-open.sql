update sync_run
set cost_confirmed = true,
    scan_received = 0,
    scan_repeated = 0
where id = (select open_run_id from sync_state where stream = :stream)
