update job
set expired_at = :#${variable.jobfeedSweep.startedAt},
    expired_reason = 'swept',
    last_changed_at = :#${variable.jobfeedSweep.startedAt}
where expired_at is null
  and id in (:#in:${body})
