select id
from final table (
    update job
    set expired_at = :at,
        expired_reason = :reason,
        last_changed_at = :at
    where id in (
        select id
        from job
        where expired_at is null
          and not exists (select 1 from resync_seen where run_id = :run_id and job_id = job.id)
        limit :limit
    )
)
