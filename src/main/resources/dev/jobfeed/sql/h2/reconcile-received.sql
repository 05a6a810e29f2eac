select job_ids
from resync_page
where run_id = :run_id
