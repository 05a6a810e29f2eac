select id
from job
where expired_at is null
  and id >= :from
except
select job_id
from resync_received
where run_id = :run_id
order by id
limit :limit
