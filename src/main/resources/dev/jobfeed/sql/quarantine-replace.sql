update quarantine
set closed_at = :at
where stream = :stream
  and closed_at is null
  and job_id = cast(:job_id as uuid)
  and payload <> :payload
