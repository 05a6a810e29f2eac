select exists (select 1 from job_change where sent_at is null)
