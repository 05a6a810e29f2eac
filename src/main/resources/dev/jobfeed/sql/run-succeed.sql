update sync_run
set status = 'succeeded',
    phase = 'done',
    last_error = null,
    finished_at = :finished_at
where id = :id
