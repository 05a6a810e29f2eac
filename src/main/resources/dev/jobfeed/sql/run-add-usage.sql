update sync_run
set last_error = :last_error,
    requests = requests + :requests,
    retries = retries + :retries,
    credits_spent = credits_spent + :credits_spent
where id = :id
