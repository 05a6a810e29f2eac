select id, content_hash, expired_at is not null as is_expired
from jobby_live_event
where id = any (:ids)
