select * from jobby_queue where idempotency_key = :key
