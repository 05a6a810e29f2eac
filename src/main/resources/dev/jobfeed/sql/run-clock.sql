update sync_run
set run_started_at = :run_started_at,
    window_from = :window_from,
    mode = :mode,
    clock_checked = clock_checked or :measured
where id = :id
