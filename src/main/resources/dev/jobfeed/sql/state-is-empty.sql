select last_run_started_at is null
   and not exists (
       select 1
       from sync_run
       where sync_run.stream = sync_state.stream
         and (pages > 0 or received > 0 or expired > 0)
   )
from sync_state
where stream = :stream
