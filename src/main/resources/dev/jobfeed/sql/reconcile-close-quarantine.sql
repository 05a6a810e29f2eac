update quarantine
set closed_at = :at
where stream = 'jobs'
  and closed_at is null
  and job_id in (
    select job_id
    from quarantine
    where stream = 'jobs'
      and closed_at is null
      and job_id is not null
    except
    select job_id
    from resync_received
    where run_id = :run_id
)
