-- From the index of ids, and what expired from its own: H2 would read each active row, which is all of the file. It has no index
-- range for "is not null".
select id
from job
where id not in (select job_id from resync_seen where run_id = :run_id)
  and id not in (select id from job where expired_at >= cast(date '0001-01-01' as timestamp with time zone))
  and id >= :from
order by id
limit :limit
