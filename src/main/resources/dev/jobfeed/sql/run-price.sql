select round(credits_spent / received, 6)
from sync_run
where stream = :stream
  and credits_spent > 0
  and received > 0
order by id desc
limit 1
