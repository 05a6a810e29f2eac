select id, content_hash, raw_hash, cast(null as timestamp with time zone) as updated_at, false as is_expired
from career_site
where id = any (?)
