select alert.id, alert.condition, alert.message, alert.remedy, alert.raised_at, alert.cleared_at
from sync_run
join alert on alert.stream = sync_run.stream
  and alert.raised_at between sync_run.run_started_at and coalesce(sync_run.finished_at, current_timestamp)
where sync_run.id = :id
order by alert.id
limit 100
