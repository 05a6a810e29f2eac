update sync_run
set next_cursor = null,
    phase = 'feed',
    scan_received = 0,
    scan_repeated = 0,
    scan_empty_pages = 0,
    cursor_resets = cursor_resets + 1,
    requests = requests + :requests,
    retries = retries + :retries,
    credits_spent = credits_spent + :credits_spent
where id = :id
