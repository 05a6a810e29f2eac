insert into run_cursor (run_id, hash) values (:run_id, :hash)
