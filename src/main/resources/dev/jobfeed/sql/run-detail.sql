select id, stream, mode, phase, status, run_started_at, window_from, filters_fingerprint, next_cursor, estimated_total,
       attempts, cursor_resets, pages, received, inserted, updated, unchanged, reactivated, duplicates, quarantined,
       expired, requests, retries, credits_spent, last_error, finished_at
from sync_run
where id = :id
