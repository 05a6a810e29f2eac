select id, stream, condition, message, remedy, raised_at, cleared_at
from alert
where notified_at is null
   or cleared_at is not null and clearance_notified_at is null
order by id
