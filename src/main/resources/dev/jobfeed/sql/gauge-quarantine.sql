select stream, count(*) as open_rows from quarantine where closed_at is null group by stream
