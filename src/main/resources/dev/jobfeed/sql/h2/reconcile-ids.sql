-- Reads only the index of ids; a condition on expired_at would read each row.
select id
from job
where id >= :from
order by id
limit :limit
