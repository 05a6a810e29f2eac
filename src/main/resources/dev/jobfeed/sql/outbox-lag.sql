select count(*) as waiting, min(changed_at) as oldest from job_change where sent_at is null
