select id
from job
where id >= :from
  and expired_at is null
  and not exists (select 1 from resync_seen where run_id = :run_id and job_id = job.id)
order by id
limit :limit
