-- The outer join makes H2 look up each id instead of each row.
select id
from unnest(:ids) as unseen (unseen_id)
left join job on id = unseen_id
where id is not null
  and expired_at is null
order by id
