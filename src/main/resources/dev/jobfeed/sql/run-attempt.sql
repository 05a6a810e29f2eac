update sync_run set attempts = attempts + 1 where id = :id
