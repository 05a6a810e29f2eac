select match_id, event_id, matched_at, relayed_at
from jobby_match
order by matched_at desc
limit :limit
