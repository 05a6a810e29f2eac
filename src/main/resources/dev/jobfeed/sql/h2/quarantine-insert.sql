-- Compares the length first, because H2 loads the payload again for each comparison.
insert into quarantine (stream, run_id, job_id, reason, payload, quarantined_at)
select cast(:stream as varchar), cast(:run_id as bigint), cast(:job_id as uuid), cast(:reason as varchar),
       cast(:payload as varchar), cast(:at as timestamp with time zone)
where not exists (
    select 1
    from quarantine
    where stream = :stream
      and closed_at is null
      and job_id = cast(:job_id as uuid)
      and payload = :payload
)
  and not exists (
    select 1
    from quarantine
    where stream = :stream
      and closed_at is null
      and job_id is null
      and cast(:job_id as uuid) is null
      and char_length(payload) = char_length(cast(:payload as varchar))
      and payload = :payload
)
