update sync_run set phase = :phase where id = :id
