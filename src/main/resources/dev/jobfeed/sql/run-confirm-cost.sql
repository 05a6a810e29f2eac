update sync_run set cost_confirmed = true where id = :id
