update job_change set sent_at = :at where seq = :seq
