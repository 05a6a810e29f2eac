select count(*)
from (
    select id
    from job
    where expired_at is null
    except
    select job_id
    from resync_seen
    where run_id = :run_id
) unseen
