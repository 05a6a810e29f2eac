select received
from sync_run
where stream = :stream
  and mode = :mode
  and status = 'succeeded'
order by id desc
limit 1
