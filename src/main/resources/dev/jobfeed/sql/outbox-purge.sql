delete from job_change
where seq in (select seq from job_change where sent_at < :before order by sent_at limit :limit)
