delete from pending_expiry where job_id = any (:ids)
