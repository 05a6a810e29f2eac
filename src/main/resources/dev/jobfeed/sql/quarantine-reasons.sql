select reason, count(*) as amount
from quarantine
where closed_at is null
group by reason
order by amount desc, reason
limit :limit
