select sum(active) as active, sum(expired) as expired
from job_count
where counted_at = (select max(counted_at) from job_count)
having count(*) > 0
