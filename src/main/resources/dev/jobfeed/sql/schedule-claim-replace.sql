update schedule_claim
set fired_at = :at
where schedule = :schedule
  and fired_at = :before
  and (fired_at < :at or fired_at > :latest)
  and not exists (select 1 from sync_state where stream = :stream and lease_expires_at > current_timestamp)
