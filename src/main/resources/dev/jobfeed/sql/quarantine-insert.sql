insert into quarantine (stream, run_id, job_id, reason, payload, quarantined_at)
values (:stream, :run_id, :job_id, :reason, :payload, :quarantined_at)
