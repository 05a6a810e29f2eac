select counted_at, source, active, expired
from job_count
where counted_at >= :since
order by counted_at, source
