select max(run_started_at)
from sync_run
where stream = :stream
  and status = 'succeeded'
  and run_started_at <= :before
