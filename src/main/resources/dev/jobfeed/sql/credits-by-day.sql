select cast(run_started_at at time zone 'UTC' as date) as spent_on, sum(credits_spent) as credits, sum(received) as received
from sync_run
where run_started_at >= :since
group by cast(run_started_at at time zone 'UTC' as date)
order by spent_on
