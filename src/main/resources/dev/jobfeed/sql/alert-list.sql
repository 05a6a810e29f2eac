select id, stream, condition, message, remedy, raised_at, cleared_at
from alert
order by case when cleared_at is null then 0 else 1 end, id desc
limit :limit
