-- Limited to a hundred pages, because H2 holds all arrays of a result in memory.
select _rowid_, job_ids
from delivered_page
where run_id = :run_id
  and _rowid_ > :page
order by _rowid_
fetch first 100 rows only
