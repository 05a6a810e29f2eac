-- A claim in the future was made with a wrong clock, and would block the schedule until then.
update schedule_claim
set fired_at = :at
where schedule = :schedule
  and (fired_at < :at or fired_at > :latest)
