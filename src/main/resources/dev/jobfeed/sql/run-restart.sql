update sync_run
set next_cursor = null,
    phase = 'feed',
    cut_short = false,
    restarts = restarts + 1,
    requests = requests + :requests,
    retries = retries + :retries,
    credits_spent = credits_spent + :credits_spent
where id = :id
