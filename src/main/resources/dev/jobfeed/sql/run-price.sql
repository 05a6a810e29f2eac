select round(credits_spent / received, 6)
from sync_run
where stream = :stream
  and received > 0
order by id desc
limit 1
