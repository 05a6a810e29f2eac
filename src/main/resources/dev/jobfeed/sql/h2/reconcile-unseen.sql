-- From the two indexes alone, as the count.
select id
from job
where id >= :from
except
select id
from job
where expired_at >= timestamp with time zone '0001-01-01 00:00:00Z'
except
select job_id
from resync_seen
where run_id = :run_id
order by id
limit :limit
