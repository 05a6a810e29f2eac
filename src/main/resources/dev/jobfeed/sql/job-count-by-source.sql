select coalesce(source, '') as source, count(*) - count(expired_at) as active, count(expired_at) as expired
from job
group by coalesce(source, '')
order by active desc, source
