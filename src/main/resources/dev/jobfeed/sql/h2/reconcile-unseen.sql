-- From the two indexes alone: H2 would read each active row, which is all of the file. It has no index range for "is not null".
select id
from job
where id >= :from
except
select id
from job
where expired_at >= cast(date '0001-01-01' as timestamp with time zone)
except
select job_id
from resync_seen
where run_id = :run_id
order by id
limit :limit
