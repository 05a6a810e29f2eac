-- A hundred pages at a time, because H2 holds the arrays of a result in memory, however many they are.
select _rowid_, job_ids
from delivered_page
where run_id = :run_id
  and _rowid_ > :page
order by _rowid_
fetch first 100 rows only
