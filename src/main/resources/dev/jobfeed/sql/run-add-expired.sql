update sync_run
set expired = expired + :expired,
    requests = requests + :requests,
    retries = retries + :retries,
    credits_spent = credits_spent + :credits_spent
where id = :id
