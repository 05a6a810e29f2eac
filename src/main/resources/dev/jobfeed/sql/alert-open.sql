select id, stream, condition, message, remedy, raised_at, cleared_at
from alert
where stream = :stream
  and cleared_at is null
order by id
