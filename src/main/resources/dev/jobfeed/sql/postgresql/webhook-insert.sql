insert into jobby_webhook_event (event_id, type, payload, received_at)
values (:id, :type, cast(:payload as jsonb), :at)
on conflict (event_id) do nothing
