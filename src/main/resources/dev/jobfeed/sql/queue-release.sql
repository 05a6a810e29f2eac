update jobby_queue set sending_until = null where idempotency_key = :key
