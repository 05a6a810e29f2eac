update sync_state
set changes_wanted_at = current_timestamp
where stream = 'changes'
  and (changes_wanted_at is null or changes_wanted_at < current_timestamp - interval '1' hour)
