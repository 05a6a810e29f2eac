select count(*) as runs, avg(received) as received, avg(credits_spent) as credits
from (
    select received, credits_spent
    from sync_run
    where stream = :stream
      and mode = :mode
      and status = 'succeeded'
    order by id desc
    limit 10
) last
