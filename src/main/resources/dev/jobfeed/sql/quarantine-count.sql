select count(*) from quarantine where closed_at is null
