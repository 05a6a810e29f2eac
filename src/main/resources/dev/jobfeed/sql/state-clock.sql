update sync_state
set clock_difference_ms = :difference,
    clock_host = :machine,
    last_run_started_at = :run_started_at,
    last_sweep_started_at = :sweep_started_at,
    earliest_sweep_started_at = :earliest_sweep_started_at,
    server_set_back_from = :server_set_back_from
where stream = :stream
