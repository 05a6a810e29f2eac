delete from sync_run
where stream = :stream
  and status <> 'open'
  and finished_at < :before
  and id < (select max(id) from sync_run where stream = :stream and status = 'succeeded')
  and id not in (select max(id) from sync_run where stream = :stream and status = 'succeeded' group by mode)
  and not exists (select 1 from quarantine where run_id = sync_run.id)
  and not exists (select 1 from pending_expiry where run_id = sync_run.id)
  and not exists (select 1 from delivered_page where run_id = sync_run.id)
