update sync_run
set status = 'failed',
    last_error = :last_error,
    finished_at = :finished_at
where id = :id
