select id
from job
where id >= :from
  and expired_at is null
except
select job_id
from resync_seen
where run_id = :run_id
order by id
limit :limit
