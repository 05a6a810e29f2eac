select * from sync_run where stream = :stream order by id desc limit :limit
