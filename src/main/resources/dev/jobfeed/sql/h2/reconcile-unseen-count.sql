-- From the two indexes alone: H2 would read each active row, which is all of the file. It has no index range for "is not null".
select count(*)
from (
    select id
    from job
    except
    select id
    from job
    where expired_at >= timestamp with time zone '0001-01-01 00:00:00Z'
    except
    select job_id
    from resync_seen
    where run_id = :run_id
) unseen
