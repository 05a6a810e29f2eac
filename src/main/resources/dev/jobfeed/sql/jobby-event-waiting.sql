select 'match' as kind, match_id as id, cast(null as varchar) as type, event_id, cast(null as varchar) as payload,
       matched_at as at
from jobby_match
where relayed_at is null
union all
select 'webhook', event_id, type, null, cast(payload as varchar), received_at
from jobby_webhook_event
where relayed_at is null
order by at
limit :limit
