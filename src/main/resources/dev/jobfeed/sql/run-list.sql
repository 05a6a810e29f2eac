select id, stream, mode, phase, status, run_started_at, window_from, filters_fingerprint, next_cursor, estimated_total,
       attempts, cursor_resets, pages, received, inserted, updated, unchanged, reactivated, duplicates, quarantined,
       expired, requests, retries, credits_spent, last_error, finished_at
from sync_run
where stream = coalesce(cast(:stream as varchar), stream)
  and mode = coalesce(cast(:mode as varchar), mode)
  and status = coalesce(cast(:status as varchar), status)
order by case cast(:order as varchar) when 'asc' then 1 else -1 end
       * case cast(:sort as varchar)
             when 'duration' then extract(epoch from coalesce(finished_at, current_timestamp) - run_started_at)
             when 'received' then received
             when 'inserted' then inserted
             when 'updated' then updated
             when 'expired' then expired
             when 'quarantined' then quarantined
             when 'credits' then credits_spent
             else id
         end, id desc
limit :limit
offset :offset
