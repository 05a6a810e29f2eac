insert into jobby_webhook_event (event_id, type, payload, received_at)
select cast(:id as varchar), cast(:type as varchar), :payload format json, cast(:at as timestamp with time zone)
where not exists (select 1 from jobby_webhook_event where event_id = :id)
