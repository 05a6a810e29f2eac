select count(*)
from sync_run
where stream = coalesce(cast(:stream as varchar), stream)
  and mode = coalesce(cast(:mode as varchar), mode)
  and status = coalesce(cast(:status as varchar), status)
