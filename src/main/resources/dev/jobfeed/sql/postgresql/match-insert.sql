insert into jobby_match (match_id, event_id, data, matched_at)
values (:match_id, :event_id, cast(:data as jsonb), :at)
on conflict (match_id) do nothing
