select exists (select 1 from quarantine where stream = :stream and closed_at is null and job_id is not null)
    or exists (select 1 from pending_expiry)
