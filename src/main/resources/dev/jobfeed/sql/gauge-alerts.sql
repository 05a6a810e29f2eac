select distinct coalesce(stream, '') as stream, condition from alert where cleared_at is null
