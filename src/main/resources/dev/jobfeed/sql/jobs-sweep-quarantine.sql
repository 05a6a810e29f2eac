update quarantine
set closed_at = :#${variable.jobfeedSweep.startedAt}
where stream = 'jobs'
  and closed_at is null
  and job_id in (:#in:${body})
