insert into sync_run (stream, mode, phase, status, run_started_at, window_from, filters_fingerprint, cost_confirmed,
    attempts)
values (:stream, :mode, 'feed', 'open', :run_started_at, :window_from, :filters_fingerprint, :cost_confirmed, 1)
