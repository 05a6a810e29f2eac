-- A firing later than now was noted by a clock that was wrong, and would keep the schedule silent until then.
update schedule_claim
set fired_at = :at
where schedule = :schedule
  and (fired_at < :at or fired_at > :latest)
