select * from jobby_queue order by created_at desc limit :limit
