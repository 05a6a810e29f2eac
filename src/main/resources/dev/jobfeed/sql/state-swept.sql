-- The mark of an unreadable id that is out of reach is kept until a resync.
update sync_state
set unreadable_sweep_at = case
        when :whole and unreadable_sweep_at > last_sweep_started_at then null
        else unreadable_sweep_at
    end,
    last_sweep_started_at = :started_at,
    earliest_sweep_started_at = :earliest
where stream = :stream
