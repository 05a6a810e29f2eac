insert into jobby_live_event (id, title, event, content_hash, first_seen_at, last_changed_at)
values (:id, :title, cast(:event as jsonb), :content_hash, :now, :now)
