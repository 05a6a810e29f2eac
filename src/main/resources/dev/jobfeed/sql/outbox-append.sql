insert into job_change (job_id, change, reason, run_id, changed_at)
select id, cast(:change as varchar), cast(:reason as varchar), cast(:run_id as bigint),
       cast(:at as timestamp(6) with time zone)
from unnest(:ids) as changed (id)
