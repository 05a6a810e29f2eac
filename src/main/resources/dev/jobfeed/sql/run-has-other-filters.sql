select exists (
    select 1
    from sync_run
    where stream = :stream
      and pages > 0
      and filters_fingerprint <> :filters_fingerprint
      and id > coalesce((select max(id) from sync_run where stream = :stream and status = 'succeeded'), 0)
)
