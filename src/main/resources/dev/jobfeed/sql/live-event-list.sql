select id, title, event, first_seen_at
from jobby_live_event
where expired_at is null
order by first_seen_at desc, id
