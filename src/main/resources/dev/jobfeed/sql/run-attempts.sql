select number, started_at, ended_at, error, responses, waited_ms
from run_attempt
where run_id = :id
order by number desc
limit 100
