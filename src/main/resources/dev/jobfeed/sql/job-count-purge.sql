delete from job_count where counted_at = :at or counted_at < :before
