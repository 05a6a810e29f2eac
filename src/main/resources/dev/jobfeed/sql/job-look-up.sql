select id, content_hash, raw_hash, updated_at, expired_at is not null as is_expired
from job
where id = any (?)
