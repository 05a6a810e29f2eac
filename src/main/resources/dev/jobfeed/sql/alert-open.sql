select id, stream, condition, message, remedy, raised_at, cleared_at
from alert
where (cast(:stream as varchar) is null or stream = cast(:stream as varchar))
  and cleared_at is null
order by id
