-- From the index of ids alone; a look at expired_at would read each row.
select id
from job
where id >= :from
order by id
limit :limit
