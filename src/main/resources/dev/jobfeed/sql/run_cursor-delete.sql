delete from run_cursor where run_id = :run_id
